using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;

namespace PSScim.Tests.Shell;

/// <summary>What a run of the shell left behind. Line ends are \n, whatever the platform's are.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error);

/// <summary>The built shell as a process of its own. PSSCIM_SHELL names another PSScim.Shell.dll to test.</summary>
internal static class ShellProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    internal static string Root { get; } = FindRoot();

    internal static string Assembly { get; } = FindAssembly();

    /// <summary>A small PSScim in script, so that what the host does doesn't depend on the real module.</summary>
    internal static string StandInModules { get; } = WriteStandIn();

    internal static Task<ShellResult> Run(params string[] arguments) => Run(arguments, input: null);

    internal static async Task<ShellResult> Run(
        IEnumerable<string> arguments, string? input, IReadOnlyDictionary<string, string?>? environment = null,
        Func<Process, Task>? meanwhile = null, string? assembly = null)
    {
        using Process shell = Process.Start(StartInfo(arguments, environment, assembly))!;
        Task<string> output = shell.StandardOutput.ReadToEndAsync();
        Task<string> error = shell.StandardError.ReadToEndAsync();
        if (meanwhile is not null)
            await meanwhile(shell);
        await shell.StandardInput.WriteAsync(input ?? "");
        shell.StandardInput.Close();
        try
        {
            await shell.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            shell.Kill(entireProcessTree: true);
            throw;
        }
        return new ShellResult(
            shell.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }

    /// <summary>Writes a script to a folder of its own and gives its path.</summary>
    internal static string Script(string text)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("psscim-shell-").FullName, "script.ps1");
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Where dotnet is, by the host that runs the tests.</summary>
    internal static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static ProcessStartInfo StartInfo(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, string? assembly)
    {
        UTF8Encoding utf8 = new(false);
        ProcessStartInfo start = new()
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        // A job in the background of a plain sh has SIGINT ignored, and so would its children.
        List<string> words = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", Dotnet] : [Dotnet];
        words.Add(assembly ?? Assembly);
        start.FileName = words[0];
        foreach (string word in words.Skip(1).Concat(arguments))
            start.ArgumentList.Add(word);

        start.Environment["PSModulePath"] = StandInModules;
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("COLUMNS");
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return start;
    }

    private static string FindRoot()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "PSScim.slnx")))
            at = at.Parent;
        return at?.FullName ?? throw new InvalidOperationException("The tests do not run inside the checkout.");
    }

    /// <summary>Built in the same configuration as these tests.</summary>
    private static string FindAssembly()
    {
        if (Environment.GetEnvironmentVariable("PSSCIM_SHELL") is { Length: > 0 } given)
            return given;
        string ours = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string framework = Path.GetFileName(ours);
        string configuration = Path.GetFileName(Path.GetDirectoryName(ours)!);
        string path = Path.Combine(Root, "powershell", "Shell", "bin", configuration, framework, "PSScim.Shell.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException("Build powershell/Shell first.", path);
    }

    private static string WriteStandIn()
    {
        DirectoryInfo modules = Directory.CreateTempSubdirectory("psscim-modules-");
        DirectoryInfo module = modules.CreateSubdirectory("PSScim");
        File.WriteAllText(
            Path.Combine(module.FullName, "PSScim.psd1"),
            "@{ RootModule = 'PSScim.psm1'; ModuleVersion = '9.8.7'; FunctionsToExport = '*' }");
        File.WriteAllText(Path.Combine(module.FullName, "PSScim.psm1"), """
            using namespace System.Management.Automation
            function Write-Stream {
                [CmdletBinding()] param([string]$Stream, [string]$Text)
                switch ($Stream) {
                    output { $Text }
                    error { $PSCmdlet.WriteError([ErrorRecord]::new([Exception]::new($Text), 'Id', 'NotSpecified', $null)) }
                    warning { $PSCmdlet.WriteWarning($Text) }
                    verbose { $PSCmdlet.WriteVerbose($Text) }
                    debug { $PSCmdlet.WriteDebug($Text) }
                    information { $PSCmdlet.WriteInformation($Text, @()) }
                    progress { $PSCmdlet.WriteProgress([ProgressRecord]::new(1, 'Reading', $Text)) }
                }
            }
            function Remove-Thing {
                [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
                param([Parameter(Mandatory)][string]$Name)
                if ($PSCmdlet.ShouldProcess($Name)) { "removed $Name" }
            }
            """);
        return modules.FullName;
    }
}
