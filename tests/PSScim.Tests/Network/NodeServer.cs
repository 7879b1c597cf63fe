using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>An independent SCIM server of tests/servers, in a process of its own.</summary>
internal sealed class NodeServer : IDisposable
{
    /// <summary>The token that it takes.</summary>
    internal const string Token = "the-token-of-the-tests-which-must-be-long";

    private static readonly string s_servers = Path.Combine(Engine.Root, "tests", "servers");
    private static readonly Lazy<string?> s_missing = new(FindOrInstall);
    private readonly Process _process;

    private NodeServer(Process process, string baseUri)
    {
        _process = process;
        BaseUri = baseUri;
    }

    /// <summary>Why they cannot run here; null where they can. Their packages are installed when they are not there yet.</summary>
    internal static string? Missing => s_missing.Value;

    internal string BaseUri { get; }

    /// <summary>Starts it with so many users.</summary>
    internal static async Task<NodeServer> Start(string name, int users)
    {
        Process process = Process.Start(new ProcessStartInfo("node", ["server.mjs", users.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = Path.Combine(s_servers, name),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return new NodeServer(process, line ?? throw new InvalidOperationException("The server ended at once."));
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
            return "There is no node with npm here: no independent server was started.";
        return Directory.GetDirectories(s_servers).Select(Install).FirstOrDefault(problem => problem is not null);
    }

    private static string? Install(string folder)
    {
        // npm writes it when everything is there.
        if (File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
            return null;
        using Process npm = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = npm.StandardOutput.ReadToEndAsync(), error = npm.StandardError.ReadToEndAsync();
        if (!npm.WaitForExit(120_000))
            npm.Kill();
        return npm.ExitCode == 0 ? null : $"npm ci could not install {Path.GetFileName(folder)}: {(output.Result + error.Result).Trim()}";
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".cmd")));
}

/// <summary>A test that needs independent servers.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeServerTheoryAttribute : TheoryAttribute
{
    public NodeServerTheoryAttribute() => Skip = NodeServer.Missing;
}
