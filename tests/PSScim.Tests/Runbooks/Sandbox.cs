using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;

namespace PSScim.Tests.Runbooks;

/// <summary>
/// What Azure Automation's sandbox allows a job, made of a control group: 400 MB of memory, a home that cannot be written
/// to, no terminal, no profile.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    internal const long Memory = 400L << 20;

    private readonly ControlGroup _group;

    private Sandbox(ControlGroup group) => _group = group;

    /// <summary>A sandbox, or why there can be none here.</summary>
    internal static Sandbox? TryMake(out string why)
    {
        ControlGroup? group = ControlGroup.TryMake(Memory, out why);
        return group is null ? null : new Sandbox(group);
    }

    /// <summary>The most memory that all its processes held together, in bytes.</summary>
    internal long Peak => _group.Peak;

    /// <summary>Starts pwsh in the sandbox.</summary>
    internal Process Start(params string[] arguments)
    {
        // /sys takes no new files, not even from root; the engine itself does not start where there is no home at all.
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] words = ["-c", $"echo $$ > {_group.Members} && exec setsid \"$@\"", "sh", PwshProcess.Dotnet, PwshProcess.Assembly, "-NoProfile", "-NonInteractive", "-File", .. arguments];
        foreach (string word in words)
            start.ArgumentList.Add(word);
        foreach ((string name, string value) in new Dictionary<string, string> { ["HOME"] = "/sys", ["DOTNET_CLI_HOME"] = "/sys", ["PSModulePath"] = Path.Combine(Engine.Root, "out") })
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs a script in the sandbox to its end.</summary>
    internal async Task<PwshResult> Run(params string[] arguments)
    {
        using Process pwsh = Start(arguments);
        pwsh.StandardInput.Close();
        Task<string> output = pwsh.StandardOutput.ReadToEndAsync();
        Task<string> error = pwsh.StandardError.ReadToEndAsync();
        await pwsh.WaitForExitAsync();
        return new PwshResult(pwsh.ExitCode, await output, await error);
    }

    /// <summary>Runs a script until a condition holds, then kills the process at that moment.</summary>
    internal async Task KillWhen(Func<bool> due, params string[] arguments)
    {
        using Process pwsh = Start(arguments);
        pwsh.StandardInput.Close();
        Task<string> output = pwsh.StandardOutput.ReadToEndAsync();
        Task<string> error = pwsh.StandardError.ReadToEndAsync();
        bool early = false;
        try
        {
            for (var clock = Stopwatch.StartNew(); !early && !due(); await Task.Delay(10))
                early = pwsh.HasExited || clock.Elapsed > TimeSpan.FromMinutes(2);
        }
        finally
        {
            pwsh.Kill(entireProcessTree: true);
            await pwsh.WaitForExitAsync();
        }
        if (early)
            throw new InvalidOperationException("The job ended, or did not come so far: " + await output + await error);
    }

    public void Dispose() => _group.Dispose();

    /// <summary>A control group of Linux, version 1 or 2, whose memory is capped.</summary>
    private sealed class ControlGroup : IDisposable
    {
        private readonly string _folder;
        private readonly string _peak;

        private ControlGroup(string folder, string peak) => (_folder, _peak) = (folder, peak);

        internal string Members => Path.Combine(_folder, "cgroup.procs");

        internal long Peak => long.Parse(File.ReadAllText(Path.Combine(_folder, _peak)), CultureInfo.InvariantCulture);

        internal static ControlGroup? TryMake(long memory, out string why)
        {
            const string Root = "/sys/fs/cgroup";
            string name = "psscim-" + Guid.NewGuid().ToString("N");
            bool first = Directory.Exists(Root + "/memory");
            string folder = Path.Combine(first ? Root + "/memory" : Root, name);
            why = "";
            try
            {
                Directory.CreateDirectory(folder);
                var group = new ControlGroup(folder, first ? "memory.max_usage_in_bytes" : "memory.peak");
                File.WriteAllText(
                    Path.Combine(folder, first ? "memory.limit_in_bytes" : "memory.max"),
                    memory.ToString(CultureInfo.InvariantCulture));
                _ = group.Peak;
                return group;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                why = $"No control group with a memory limit can be made here: {e.Message}";
                if (Directory.Exists(folder))
                    Directory.Delete(folder);
                return null;
            }
        }

        public void Dispose()
        {
            // The kernel lets go of the last process a moment after it has ended.
            for (int i = 0; Directory.Exists(_folder); i++)
            {
                try
                {
                    Directory.Delete(_folder);
                }
                catch (IOException) when (i < 100)
                {
                    Thread.Sleep(20);
                }
            }
        }
    }
}

/// <summary>A test that needs Linux's control groups, and the right to make one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SandboxFactAttribute : Xunit.FactAttribute
{
    private static readonly Lazy<string> s_why = new(() =>
    {
        if (!OperatingSystem.IsLinux())
            return "Control groups are Linux's.";
        using Sandbox? sandbox = Sandbox.TryMake(out string why);
        return why;
    });

    public SandboxFactAttribute()
    {
        if (s_why.Value.Length > 0)
            Skip = s_why.Value;
    }
}
