using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

public sealed class ModuleImportTests
{
    [Fact]
    public async Task PSModulePath_is_obeyed()
    {
        ShellResult result = await ShellProcess.Run("-Command", "Get-Module | ForEach-Object { \"$_ $($_.Version)\" }");

        Assert.Equal("PSScim 9.8.7\n", result.Output);
    }

    [Fact]
    public async Task Without_it_the_checkouts_own_build_is_imported()
    {
        ShellResult result = await ShellProcess.Run(
            ["-Command", "Get-Module PSScim | ForEach-Object ModuleBase"], null, Nowhere());

        Assert.Equal("", result.Error);
        Assert.Equal(Path.Combine(ShellProcess.Root, "out", "PSScim") + "\n", result.Output);
    }

    [Fact]
    public async Task With_no_module_anywhere_the_shell_says_so_and_goes_on()
    {
        // Outside the checkout there is no out folder above the shell.
        DirectoryInfo elsewhere = Directory.CreateTempSubdirectory("psscim-elsewhere-");
        Copy(new DirectoryInfo(Path.GetDirectoryName(ShellProcess.Assembly)!), elsewhere);
        try
        {
            ShellResult result = await ShellProcess.Run(
                ["-Command", "1 + 1"], null, Nowhere(),
                assembly: Path.Combine(elsewhere.FullName, Path.GetFileName(ShellProcess.Assembly)));

            Assert.Equal("2\n", result.Output);
            Assert.StartsWith("PSScim is not on PSModulePath", result.Error);
            Assert.Equal(0, result.ExitCode);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    /// <summary>Neither PSModulePath nor the user's own module folder.</summary>
    private static Dictionary<string, string?> Nowhere() => new()
    {
        ["PSModulePath"] = null,
        ["XDG_DATA_HOME"] = Path.Combine(Path.GetTempPath(), "psscim-nobody"),
    };

    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (FileInfo file in from.GetFiles())
            file.CopyTo(Path.Combine(to.FullName, file.Name));
        foreach (DirectoryInfo folder in from.GetDirectories())
            Copy(folder, to.CreateSubdirectory(folder.Name));
    }
}
