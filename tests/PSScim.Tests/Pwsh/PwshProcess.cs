using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;

namespace PSScim.Tests.Pwsh;

/// <summary>The exit code and the text of a finished pwsh process. Lines end with \n on every platform.</summary>
internal sealed record PwshResult(int ExitCode, string Output, string Error);

/// <summary>
/// Runs pwsh in a process of its own: the complete PowerShell that .config/dotnet-tools.json pins and the build
/// restores, so that the tests don't depend on what is installed.
/// </summary>
internal static class PwshProcess
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    /// <summary>The dotnet host that runs the tests.</summary>
    internal static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>The path of pwsh.dll, which dotnet runs.</summary>
    internal static string Assembly { get; } = FindAssembly();

    internal static Task<PwshResult> Run(params string[] arguments) => Run(arguments, environment: null);

    internal static async Task<PwshResult> Run(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, Func<Process, Task>? meanwhile = null)
    {
        using Process pwsh = Process.Start(StartInfo(arguments, environment))!;
        Task<string> output = pwsh.StandardOutput.ReadToEndAsync();
        Task<string> error = pwsh.StandardError.ReadToEndAsync();
        pwsh.StandardInput.Close();
        if (meanwhile is not null)
            await meanwhile(pwsh);
        try
        {
            await pwsh.WaitForExitAsync().WaitAsync(Timeout);
        }
        catch (TimeoutException)
        {
            pwsh.Kill(entireProcessTree: true);
            throw;
        }
        return new PwshResult(
            pwsh.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }

    /// <summary>Writes a script to a new temporary folder and returns its path.</summary>
    internal static string Script(string text)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("psscim-script-").FullName, "script.ps1");
        File.WriteAllText(path, text);
        return path;
    }

    private static ProcessStartInfo StartInfo(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        UTF8Encoding utf8 = new(false);
        ProcessStartInfo start = new(Dotnet, [Assembly, "-NoProfile", "-NonInteractive", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        start.Environment["POWERSHELL_UPDATECHECK"] = "Off";
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return start;
    }

    private static string FindAssembly()
    {
        string manifest = Path.Combine(Engine.Root, ".config", "dotnet-tools.json");
        using JsonDocument tools = JsonDocument.Parse(File.ReadAllText(manifest));
        string version = tools.RootElement.GetProperty("tools").GetProperty("powershell").GetProperty("version").GetString()!;
        string packages = typeof(PwshProcess).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "NuGetPackages").Value!;
        string folder = Path.Combine(packages, "powershell", version, "tools");
        string platform = OperatingSystem.IsWindows() ? "win" : "unix";
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, "pwsh.dll", SearchOption.AllDirectories)
                .Single(file => Path.GetFileName(Path.GetDirectoryName(file)) == platform)
            : throw new DirectoryNotFoundException($"{folder} doesn't exist. Run 'dotnet tool restore'.");
    }
}
