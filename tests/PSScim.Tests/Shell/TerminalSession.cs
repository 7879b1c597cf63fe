using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace PSScim.Tests.Shell;

/// <summary>The shell on a pseudo-terminal that util-linux' script makes.</summary>
internal sealed class TerminalSession : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process script;
    private readonly Task reader;
    private readonly StringBuilder seen = new();
    private readonly Lock gate = new();
    private int passed;

    /// <param name="arguments">As they would be typed into sh.</param>
    internal TerminalSession(string arguments, Dictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(TerminalFactAttribute.Script)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        string command = $"exec env --default-signal=INT '{ShellProcess.Dotnet}' '{ShellProcess.Assembly}' {arguments}";
        foreach (string word in (string[])["--quiet", "--return", "--flush", "--command", command, "/dev/null"])
            start.ArgumentList.Add(word);
        start.Environment["TERM"] = "xterm";
        start.Environment["PSModulePath"] = ShellProcess.StandInModules;
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string value) in environment ?? [])
            start.Environment[name] = value;
        script = Process.Start(start)!;
        reader = Task.Run(Read);
    }

    /// <summary>All that has been on the screen, escape sequences and all.</summary>
    internal string Seen
    {
        get
        {
            lock (gate)
                return seen.ToString();
        }
    }

    /// <summary>Waits for text that comes after what has been waited for already.</summary>
    internal async Task WaitFor(string text)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            int at = Seen.IndexOf(text, passed, StringComparison.Ordinal);
            if (at >= 0)
            {
                passed = at + text.Length;
                return;
            }
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"'{text}' did not appear after: {Seen[passed..]}");
        }
    }

    internal async Task Type(string keys)
    {
        await script.StandardInput.WriteAsync(keys);
        await script.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the end, and gives the shell's exit code.</summary>
    internal async Task<int> Ended()
    {
        await script.WaitForExitAsync().WaitAsync(Patience);
        await reader;
        return script.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!script.HasExited)
            script.Kill(entireProcessTree: true);
        await script.WaitForExitAsync();
        script.Dispose();
    }

    private async Task Read()
    {
        char[] buffer = new char[4096];
        while (await script.StandardOutput.ReadAsync(buffer) is > 0 and int count)
        {
            lock (gate)
                seen.Append(buffer, 0, count);
        }
    }
}
