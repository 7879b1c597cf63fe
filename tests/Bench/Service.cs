using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;

namespace PSScim.Bench;

/// <summary>The emulator in a process of its own.</summary>
internal sealed class Service : IDisposable
{
    private readonly Process _process;

    internal Service(int users, int pageCacheMegabytes, int groups = 0, int latencyMilliseconds = 0)
    {
        var start = new ProcessStartInfo(Files.Emulator) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string word in (string[])["--users", Text(users), "--groups", Text(groups), "--page-cache-megabytes", Text(pageCacheMegabytes), "--latency-milliseconds", Text(latencyMilliseconds), "--exit-with-stdin"])
            start.ArgumentList.Add(word);
        _process = Process.Start(start)!;
        Job = Outcome.Read<Job>(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The emulator ended at once."));
    }

    /// <summary>How to reach it.</summary>
    internal Job Job { get; }

    public void Dispose()
    {
        // It ends when its standard input does.
        _process.StandardInput.Close();
        _process.WaitForExit(5000);
        _process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Processes that measure.</summary>
internal static class Measuring
{
    /// <summary>This program again, for one thing.</summary>
    internal static Outcome Child(string name, Job? job = null)
    {
        string program = Environment.ProcessPath!;
        string self = Path.Combine(AppContext.BaseDirectory, "Bench.dll");
        bool isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return Program(program, isHost ? [self, "--child", name] : ["--child", name], job);
    }

    /// <summary>Runs a program: the job in on one line, the outcome out as the last line.</summary>
    internal static Outcome Program(string program, string[] arguments, Job? job)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        if (job is not null)
            process.StandardInput.WriteLine(System.Text.Json.JsonSerializer.Serialize(job, Outcome.Json));
        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd().TrimEnd();
        process.WaitForExit();
        string last = output[(output.LastIndexOf('\n') + 1)..];
        return last.StartsWith('{')
            ? Outcome.Read<Outcome>(last)
            : new Outcome { Failure = $"{Path.GetFileName(program)} ended with {process.ExitCode}." };
    }
}
