using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>scimmy with scimmy-routers, from tests/servers/scimmy, in a process of its own.</summary>
internal sealed class ScimmyServer : IDisposable
{
    private static readonly string s_folder = Path.Combine(Engine.Root, "tests", "servers", "scimmy");
    private static readonly Lazy<string?> s_missing = new(FindOrInstall);
    private readonly Process _process;

    private ScimmyServer(Process process, string baseUri)
    {
        _process = process;
        BaseUri = baseUri;
    }

    /// <summary>Why it cannot run here; null where it can. Its packages are installed when they are not there yet.</summary>
    internal static string? Missing => s_missing.Value;

    internal string BaseUri { get; }

    /// <summary>Starts it with so many users.</summary>
    internal static async Task<ScimmyServer> Start(int users)
    {
        Process process = Process.Start(new ProcessStartInfo("node", ["server.mjs", users.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = s_folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return new ScimmyServer(process, line ?? throw new InvalidOperationException("The server ended at once."));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
            _process.Kill();
        _process.Dispose();
    }

    private static string? FindOrInstall()
    {
        if (!OnPath("node") || !OnPath("npm"))
            return "There is no node with npm here: scimmy was not started.";
        if (Directory.Exists(Path.Combine(s_folder, "node_modules", "scimmy-routers")))
            return null;
        using Process npm = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"])
        {
            WorkingDirectory = s_folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = npm.StandardOutput.ReadToEndAsync(), error = npm.StandardError.ReadToEndAsync();
        if (!npm.WaitForExit(120_000))
            npm.Kill();
        return npm.ExitCode == 0 ? null : $"npm ci could not install scimmy: {(output.Result + error.Result).Trim()}";
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".cmd")));
}

/// <summary>A test that needs scimmy.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScimmyFactAttribute : FactAttribute
{
    public ScimmyFactAttribute() => Skip = ScimmyServer.Missing;
}

/// <summary>A test that needs scimmy, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ScimmyTheoryAttribute : TheoryAttribute
{
    public ScimmyTheoryAttribute() => Skip = ScimmyServer.Missing;
}
