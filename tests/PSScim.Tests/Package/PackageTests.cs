using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using System.Xml.Linq;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;
using Xunit;

namespace PSScim.Tests.Package;

/// <summary>The package that goes to the Gallery, made anew from out/PSScim and taken apart.</summary>
public sealed class PackageTests : IDisposable
{
    /// <summary>
    /// What the toolchain of Debian 12 makes of the sources needs this much of glibc. A release is built in an image
    /// with glibc 2.28, and the packer holds it there; PSSCIM_GLIBC states what another toolchain may need.
    /// </summary>
    private static readonly Version s_glibc =
        Version.Parse(Environment.GetEnvironmentVariable("PSSCIM_GLIBC") is { Length: > 0 } given ? given : "2.34");

    private const long LargestPackage = 40 << 20;
    private readonly DirectoryInfo _out = Directory.CreateTempSubdirectory("psscim-package-");

    public void Dispose() => _out.Delete(recursive: true);

    private static string Module => Path.GetDirectoryName(Engine.ModulePath)!;

    private static string CargoVersion =>
        Regex.Match(File.ReadAllText(Path.Combine(Engine.Root, "Cargo.toml")), "(?m)^version = \"([^\"]+)\"").Groups[1].Value;

    private string Package => Path.Combine(_out.FullName, $"PSScim.{CargoVersion}.nupkg");

    private async Task<(int ExitCode, string Output)> Pack(string module, params string[] more)
    {
        using Process process = Process.Start(new ProcessStartInfo(
            PwshProcess.Dotnet, [Tool(), module, _out.FullName, .. more]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Built in the same configuration as these tests.</summary>
    private static string Tool()
    {
        string ours = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.Combine(
            Engine.Root, "powershell", "Package", "bin", Path.GetFileName(Path.GetDirectoryName(ours)!), Path.GetFileName(ours), "PSScim.Package.dll");
    }

    [Fact]
    public async Task It_unpacks_into_a_module_path_is_found_by_name_and_loads_by_its_first_cmdlet()
    {
        Assert.Equal(0, (await Pack(Module)).ExitCode);
        string modules = Path.Combine(_out.FullName, "modules");
        ZipFile.ExtractToDirectory(Package, Path.Combine(modules, "PSScim", CargoVersion.Split('-')[0]));
        string zipped = Path.Combine(_out.FullName, "zipped");
        ZipFile.ExtractToDirectory(Path.ChangeExtension(Package, ".zip"), zipped);
        foreach (string path in new[] { modules, zipped })
        {
            PwshResult result = await PwshProcess.Run(["-Command", """
                (Get-Module PSScim -ListAvailable).Version.ToString()
                Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count
                (Get-Module PSScim).ModuleBase
                """], new Dictionary<string, string?> { ["PSModulePath"] = path });
            Assert.Equal("", result.Error);
            string[] lines = result.Output.TrimEnd().Split('\n');
            Assert.Equal([CargoVersion.Split('-')[0], "3"], lines[..2]);
            Assert.StartsWith(path, lines[2], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_holds_the_module_and_nothing_else_and_is_small()
    {
        (int code, string output) = await Pack(Module);
        Assert.True(code == 0, output);
        Assert.InRange(new FileInfo(Package).Length, 1, LargestPackage);
        using ZipArchive archive = ZipFile.OpenRead(Package);
        string[] names = [.. archive.Entries.Select(entry => entry.FullName)];
        string[] module = [.. names.Except(["_rels/.rels", "[Content_Types].xml", "PSScim.nuspec"])];
        Assert.Equal(
            Directory.GetFiles(Module, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Module, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
            module.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(module, name => Regex.IsMatch(name, @"\.(pdb|d|lib|exp|deps\.json|log|tmp)$"));
        foreach (string needed in new[] { "PSScim.dll", "PSScim.psd1", "LICENSE-MIT", "LICENSE-APACHE", "icon.png", $"runtimes/{InstalledModule.Rid}/native/{InstalledModule.LibraryName}" })
            Assert.Contains(needed, module);
    }

    [Fact]
    public async Task Its_nuspec_is_what_the_Gallery_reads()
    {
        await Pack(Module);
        using ZipArchive archive = ZipFile.OpenRead(Package);
        XElement metadata = Assert.Single(Xml(archive, "PSScim.nuspec").Root!.Elements());
        string Value(string name) => Assert.Single(metadata.Elements(), e => e.Name.LocalName == name).Value;
        Assert.Equal("PSScim", Value("id"));
        Assert.Equal(CargoVersion, Value("version"));
        string[] tags = Value("tags").Split(' ');
        foreach (string tag in new[] { "PSModule", "PSEdition_Desktop", "PSEdition_Core", "Windows", "Linux", "MacOS", "PSCmdlet_Get-ScimUser", "PSCommand_Connect-Scim" })
            Assert.Contains(tag, tags);
        // Every part has a content type, or the Gallery refuses the package.
        XElement types = Xml(archive, "[Content_Types].xml").Root!;
        string[] known = [.. types.Elements().Select(e => e.Attribute("Extension")?.Value is { } extension ? "." + extension : e.Attribute("PartName")!.Value)];
        foreach (ZipArchiveEntry entry in archive.Entries.Where(e => e.FullName != "[Content_Types].xml"))
            Assert.Contains(Path.GetExtension(entry.FullName) is { Length: > 0 } extension ? extension : "/" + entry.FullName, known);
    }

    [Fact]
    public async Task Packing_twice_gives_the_same_bytes()
    {
        await Pack(Module);
        byte[] first = await File.ReadAllBytesAsync(Package), firstZip = await File.ReadAllBytesAsync(Path.ChangeExtension(Package, ".zip"));
        await Task.Delay(2100); // A zip's clock has two seconds.
        await Pack(Module);
        Assert.Equal(first, await File.ReadAllBytesAsync(Package));
        Assert.Equal(firstZip, await File.ReadAllBytesAsync(Path.ChangeExtension(Package, ".zip")));
    }

    [Fact]
    public async Task A_release_without_every_platform_and_a_folder_with_a_stray_file_are_refused()
    {
        using var copy = new InstalledModule();
        string module = copy.Install();
        if (Directory.GetDirectories(Path.Combine(module, "runtimes")).Length < 8)
        {
            (int code, string output) = await Pack(module, "--require-all-platforms");
            Assert.Equal(1, code);
            Assert.Contains("runtimes/win-arm64/native/scim_native.dll", output, StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(Path.Combine(module, "PSScim.pdb"), "");
        (int refused, string why) = await Pack(module);
        Assert.Equal(1, refused);
        Assert.Contains("PSScim.pdb", why, StringComparison.Ordinal);
        Assert.Empty(_out.GetFiles());
    }

    [LinuxFact]
    public async Task The_library_needs_no_newer_glibc_than_is_stated()
    {
        (int code, string output) = await Pack(Module);
        Assert.True(code == 0, output);
        string file = $"runtimes/{InstalledModule.Rid}/native/{InstalledModule.LibraryName}";
        Match line = Regex.Match(output, $@"(?m)^{Regex.Escape(file)}: .* bytes, needs glibc (\S+)$");
        Assert.True(line.Success, output);
        Assert.True(Version.Parse(line.Groups[1].Value) <= s_glibc, line.Value);
    }

    /// <summary>Where the number of the processor is, and a name that the library exports.</summary>
    private const int ElfMachine = 0x12;
    private static readonly byte[] s_export = "\0scim_op_wait\0"u8.ToArray();

    [LinuxTheory]
    [InlineData("another name", "exports evil_op_wait; only scim_* may be")]
    [InlineData("another processor", "is for another processor")]
    [InlineData("symbols", "is not stripped")]
    [InlineData("fat", "more than 8,000,000")]
    [InlineData("another system", "is no library for 64-bit Linux")]
    public async Task A_library_that_may_not_go_into_a_package_is_refused(string spoiled, string why)
    {
        using var copy = new InstalledModule();
        string module = copy.Install(), library = InstalledModule.LibraryOf(module);
        byte[] bytes = await File.ReadAllBytesAsync(library);
        switch (spoiled)
        {
            case "another name":
                int at = bytes.AsSpan().IndexOf(s_export);
                Assert.True(at > 0, "The library does not export scim_op_wait.");
                "evil"u8.CopyTo(bytes.AsSpan(at + 1));
                break;
            case "another processor":
                bytes[ElfMachine] ^= 0xff;
                break;
            case "symbols":
                // The last section's type is now that of a symbol table.
                int last = (int)BitConverter.ToInt64(bytes, 0x28) + ((BitConverter.ToUInt16(bytes, 0x3c) - 1) * BitConverter.ToUInt16(bytes, 0x3a));
                bytes[last + 4] = 2;
                break;
            case "fat":
                Array.Resize(ref bytes, 8_000_001);
                break;
            default:
                bytes = await File.ReadAllBytesAsync(Path.Combine(module, "PSScim.dll"));
                break;
        }
        await File.WriteAllBytesAsync(library, bytes);
        (int code, string output) = await Pack(module);
        Assert.Equal(1, code);
        Assert.Contains(why, output, StringComparison.Ordinal);
        Assert.Empty(_out.GetFiles());
    }

    [Fact]
    public async Task A_Windows_library_is_held_to_the_same()
    {
        using var copy = new InstalledModule();
        string module = copy.Install(), library = Path.Combine(module, "runtimes", "win-arm64", "native", "scim_native.dll");
        Directory.CreateDirectory(Path.GetDirectoryName(library)!);
        // An assembly is a Windows library too: for another processor, and without exports.
        File.Copy(Path.Combine(module, "PSScim.dll"), library);
        (int code, string output) = await Pack(module);
        Assert.Equal(1, code);
        Assert.Contains("win-arm64/native/scim_native.dll is for another processor", output, StringComparison.Ordinal);
        Assert.Contains("win-arm64/native/scim_native.dll exports nothing named scim_*", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_address_is_in_manifest_package_and_bill_and_a_release_refuses_the_placeholder()
    {
        string address = Regex.Match(File.ReadAllText(Path.Combine(Engine.Root, "Cargo.toml")), "(?m)^repository = \"([^\"]+)\"").Groups[1].Value;
        Assert.StartsWith("https://", address, StringComparison.Ordinal);
        string manifest = await File.ReadAllTextAsync(Engine.ModulePath);
        string[] uris = [.. Regex.Matches(manifest, "(?m)^ +(?:\\w+Uri|ReleaseNotes) += '([^']+)'").Select(m => m.Groups[1].Value)];
        Assert.Equal(4, uris.Length);
        Assert.All(uris, uri => Assert.StartsWith(address, uri, StringComparison.Ordinal));
        Assert.Contains($"\"url\": \"{address}\"", await File.ReadAllTextAsync(Path.Combine(Module, "PSScim.cdx.json")), StringComparison.Ordinal);
        await Pack(Module);
        using (ZipArchive archive = ZipFile.OpenRead(Package))
            Assert.Equal(address, Xml(archive, "PSScim.nuspec").Descendants().Single(e => e.Name.LocalName == "projectUrl").Value);

        using var copy = new InstalledModule();
        string module = copy.Install(), path = Path.Combine(module, "PSScim.psd1");
        foreach ((string host, bool isRefused) in new[] { ("psscim.invalid", true), ("example.com", false) })
        {
            await File.WriteAllTextAsync(path, manifest.Replace(new Uri(address).Host, host, StringComparison.Ordinal));
            (_, string output) = await Pack(module, "--require-all-platforms");
            Assert.Equal(isRefused, output.Contains("is a placeholder", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_manifest_says_the_one_version_names_each_cmdlet_and_has_no_wildcard()
    {
        using var engine = new Engine();
        string manifest = File.ReadAllText(Engine.ModulePath);
        Assert.DoesNotContain("'*'", manifest, StringComparison.Ordinal);
        engine.Set("path", Engine.ModulePath);
        Assert.Equal(CargoVersion.Split('-')[0], engine.Good("(Get-Module PSScim).Version.ToString()")[0].BaseObject);
        string[] cmdlets = [.. engine.Good("(Test-ModuleManifest $path).ExportedCmdlets.Keys").Select(name => (string)name.BaseObject)];
        string[] inAssembly =
        [
            .. typeof(ScimUser).Assembly.GetTypes()
                .SelectMany(type => type.GetCustomAttributes(typeof(System.Management.Automation.CmdletAttribute), false))
                .Cast<System.Management.Automation.CmdletAttribute>().Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}"),
        ];
        Assert.Equal(inAssembly.Order(StringComparer.Ordinal), cmdlets.Order(StringComparer.Ordinal));
        Assert.Equal(
            "5.1|4.7.2|Desktop,Core|None|PSScim.dll|True|True|True",
            engine.Good("""
                $m = Test-ModuleManifest $path; $d = $m.PrivateData.PSData
                "$($m.PowerShellVersion)|$($m.DotNetFrameworkVersion)|$($m.CompatiblePSEditions -join ',')|$($m.ProcessorArchitecture)|$($m.RootModule)|$($d.LicenseUri -like 'https://*')|$($d.ProjectUri -like 'https://*')|$($d.ReleaseNotes.Length -gt 0)"
                """)[0].BaseObject);
    }

    private static XDocument Xml(ZipArchive archive, string name)
    {
        using Stream stream = archive.GetEntry(name)!.Open();
        return XDocument.Load(stream);
    }
}
