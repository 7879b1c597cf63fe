using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Pwsh;

/// <summary>
/// The native library in every state in which an installation can be. Each in a process of its own, since what a
/// process has loaded it keeps.
/// </summary>
public sealed class LoaderTests : IDisposable
{
    /// <summary>Meets the library, and prints the id and the message of what went wrong.</summary>
    private const string Meet = "try { Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count } "
        + "catch { $_.FullyQualifiedErrorId; $_.Exception.Message }";

    private readonly InstalledModule _installed = new();

    public void Dispose() => _installed.Dispose();

    private async Task<string> Error(string id, Func<string, Dictionary<string, string?>?> spoil)
    {
        string module = _installed.Install();
        PwshResult result = await _installed.Run(Meet, spoil(module));
        Assert.Equal("", result.Error);
        Assert.StartsWith(id + ",", result.Output, StringComparison.Ordinal);
        Assert.Contains(InstalledModule.LibraryOf(module), result.Output, StringComparison.Ordinal);
        Assert.Contains($"({InstalledModule.Rid})", result.Output, StringComparison.Ordinal);
        Assert.Contains("einstall the", result.Output, StringComparison.Ordinal);
        return result.Output;
    }

    private Task<string> Error(string id, Action<string> spoil) => Error(id, module =>
    {
        spoil(InstalledModule.LibraryOf(module));
        return null;
    });

    [Fact]
    public async Task A_whole_installation_works_from_a_folder_that_cannot_be_written()
    {
        string module = _installed.Install();
        if (!OperatingSystem.IsWindows())
            foreach (string folder in (string[])[.. Directory.GetDirectories(module, "*", SearchOption.AllDirectories), module])
                File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] before = Directory.GetFileSystemEntries(_installed.ModulePath, "*", SearchOption.AllDirectories);
        PwshResult result = await _installed.Run(Meet);
        Assert.Equal(new PwshResult(0, "3\n", ""), result);
        Assert.Equal(before, Directory.GetFileSystemEntries(_installed.ModulePath, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_missing_library_is_named_with_the_platforms_that_are_there()
    {
        string message = await Error("NativeLibraryMissing", module =>
        {
            string wrong = Path.Combine(module, "runtimes", "plan9-x64");
            Directory.Move(Path.Combine(module, "runtimes", InstalledModule.Rid), wrong);
            return null;
        });
        Assert.Contains("Platforms in this installation: plan9-x64.", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_elsewhere_is_not_searched_for()
    {
        // On the system's own search path, in the working directory and right beside the assembly: none of them counts.
        await Error("NativeLibraryMissing", module =>
        {
            string library = InstalledModule.LibraryOf(module);
            File.Copy(library, Path.Combine(module, InstalledModule.LibraryName));
            string elsewhere = Directory.CreateDirectory(Path.Combine(_installed.ModulePath, "elsewhere")).FullName;
            File.Move(library, Path.Combine(elsewhere, InstalledModule.LibraryName));
            return new() { ["LD_LIBRARY_PATH"] = elsewhere, ["DYLD_LIBRARY_PATH"] = elsewhere, ["PATH"] = elsewhere + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH") };
        });
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "isn't a library")]
    public async Task A_file_that_is_no_library_is_told_for_what_it_is(string content, string found) =>
        Assert.Contains(found, await Error("NativeLibraryNotLoadable", library => File.WriteAllText(library, content)), StringComparison.Ordinal);

    [Theory]
    [InlineData("win-arm64", "is a Windows library for arm64")]
    [InlineData("win-x86", "is a Windows library for x86")]
    [InlineData("linux-arm64", "is a Linux library for arm64")]
    [InlineData("osx-arm64", "is a macOS library for arm64")]
    public async Task A_library_of_another_platform_is_told_for_what_it_is(string rid, string found) =>
        Assert.Contains(found, await Error("NativeLibraryNotLoadable", library => File.WriteAllBytes(library, Header(rid))), StringComparison.Ordinal);

    [Theory]
    [InlineData(4096)]
    [InlineData(2000000)]
    public async Task A_library_that_broke_off_cannot_be_loaded(long length) =>
        await Error("NativeLibraryNotLoadable", library =>
        {
            using FileStream file = File.OpenWrite(library);
            file.SetLength(length);
        });

    [UnixFact]
    public async Task A_library_of_another_program_is_refused()
    {
        string message = await Error("NativeLibraryMismatch", library =>
            File.Copy(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native" + Path.GetExtension(library)), library, overwrite: true));
        Assert.Contains("doesn't belong to this version of PSScim", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_of_another_build_is_refused_with_both_files_named()
    {
        string assembly = "";
        string message = await Error("NativeLibraryMismatch", module =>
        {
            assembly = Path.Combine(module, "PSScim.dll");
            File.WriteAllBytes(assembly, WithAnotherHash(File.ReadAllBytes(assembly)));
            return null;
        });
        Assert.Contains($"the assembly '{assembly}'", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_stays_the_same_however_often_it_is_met()
    {
        File.Delete(InstalledModule.LibraryOf(_installed.Install()));
        PwshResult result = await _installed.Run(
            "Import-Module PSScim; 1..3 | ForEach-Object { try { Connect-Scim -Emulator } catch { $_.FullyQualifiedErrorId } }; Get-ScimContext; 'still here'");
        Assert.Equal(4, result.Output.TrimEnd().Split('\n').Length);
        Assert.EndsWith("still here\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Importing_again_by_force_or_after_removal_works_and_keeps_connections_usable()
    {
        _installed.Install();
        PwshResult result = await _installed.Run("""
            $ErrorActionPreference = 'Stop'
            Start-ScimEmulator -Users 3; $c = Connect-Scim -Emulator -PassThru
            Import-Module PSScim; Import-Module PSScim -Force
            (Get-ScimUser -Connection $c).Count
            Remove-Module PSScim; Import-Module PSScim
            (Get-ScimUser -Connection $c).Count
            Connect-Scim -Emulator; (Get-ScimUser -First 2).Count
            @(Get-Module PSScim).Count
            """);
        Assert.Equal(new PwshResult(0, "3\n3\n2\n1\n", ""), result);
    }

    [Fact]
    public async Task Of_two_versions_the_higher_is_imported_and_the_other_by_its_number()
    {
        _installed.Install("0.1.0");
        _installed.Install("0.10.0");
        const string which = "Import-Module PSScim; (Get-Module PSScim).Version.ToString(); Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count";
        Assert.Equal(new PwshResult(0, "0.10.0\n3\n", ""), await _installed.Run(which));
        Assert.Equal(
            new PwshResult(0, "0.1.0\n3\n", ""),
            await _installed.Run("Import-Module PSScim -RequiredVersion 0.1.0; " + which.Split("; ", 2)[1]));
    }

    [Fact]
    public async Task A_prerelease_beside_a_release_is_an_ordinary_higher_version_to_Import_Module()
    {
        _installed.Install("0.1.0");
        _installed.Install("0.2.0", "beta1");
        PwshResult result = await _installed.Run(
            "$m = Import-Module PSScim -PassThru; \"$($m.Version) $($m.PrivateData.PSData.Prerelease)\"; Remove-Module PSScim; "
            + "Import-Module PSScim -MaximumVersion 0.1.99; (Get-Module PSScim).Version.ToString(); Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count");
        Assert.Equal(new PwshResult(0, "0.2.0 beta1\n0.1.0\n3\n", ""), result);
    }

    [Fact]
    public async Task A_copy_in_another_folder_is_refused_while_the_first_goes_on_and_imported_once_that_is_removed()
    {
        using var copy = new InstalledModule();
        string first = _installed.Install(), other = copy.Install();
        PwshResult result = await _installed.Run($$"""
            Start-ScimEmulator -Users 3; Connect-Scim -Emulator
            foreach ($force in $false, $true) {
                try { Import-Module '{{other}}' -Force:$force -ErrorAction Stop; 'imported' } catch { $_.FullyQualifiedErrorId }
                @(Get-Module PSScim).Count; (Get-Module PSScim).ModuleBase; (Get-ScimUser).Count
            }
            Remove-Module PSScim; Import-Module '{{other}}' -ErrorAction Stop
            (Get-Module PSScim).ModuleBase; Connect-Scim -Emulator; (Get-ScimUser).Count
            """);
        const string refused = "FormatXmlUpdateException,Microsoft.PowerShell.Commands.ImportModuleCommand";
        Assert.Equal(
            new PwshResult(0, $"{refused}\n1\n{first}\n3\n{refused}\n1\n{first}\n3\n{other}\n3\n", ""), result);
    }

    /// <summary>The first bytes of a library of a platform.</summary>
    private static byte[] Header(string rid)
    {
        var header = new byte[4096];
        switch (rid)
        {
            case "win-arm64" or "win-x86":
                "MZ"u8.CopyTo(header);
                header[0x3c] = 0x80;
                "PE\0\0"u8.CopyTo(header.AsSpan(0x80));
                BitConverter.TryWriteBytes(header.AsSpan(0x84), rid == "win-x86" ? (ushort)0x14c : (ushort)0xaa64);
                break;
            case "linux-arm64":
                "\u007fELF\u0002\u0001\u0001"u8.CopyTo(header);
                header[16] = 3;
                header[18] = 183;
                break;
            default:
                BitConverter.TryWriteBytes(header, 0xfeedfacf);
                BitConverter.TryWriteBytes(header.AsSpan(4), 0x0100000c);
                break;
        }
        return header;
    }

    /// <summary>
    /// The assembly as another build would have made it: every place where the hash is written, in its code and in its
    /// constants, gets another one.
    /// </summary>
    private static byte[] WithAnotherHash(byte[] assembly)
    {
        byte[] hash = BitConverter.GetBytes(PSScim.Native.Abi.Hash);
        int places = 0;
        for (int at = assembly.AsSpan().IndexOf(hash); at >= 0; at = assembly.AsSpan().IndexOf(hash), places++)
            assembly[at] ^= 0xff;
        Assert.True(places > 0, "The assembly does not hold the hash of its ABI.");
        using var reader = new PEReader([.. assembly]);
        Assert.True(reader.GetMetadataReader().IsAssembly);
        return assembly;
    }
}
