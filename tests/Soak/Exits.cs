using System;
using System.Diagnostics;
using System.IO;
using System.Management.Automation;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>Processes that end while requests are in flight: each must end by itself, at once, with the code it chose.</summary>
internal static class Exits
{
    private const int Code = 7;

    internal static async Task<bool> Run(int count)
    {
        using var service = new Service(20_000, "--latency-milliseconds", "20");
        int good = 0;
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            string self = Path.Combine(AppContext.BaseDirectory, "Soak.dll");
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            foreach (string word in (string[])[self, "--exit-child", service.Connect])
                start.ArgumentList.Add(word);
            using Process child = Process.Start(start)!;
            await child.StandardInput.WriteLineAsync(service.Secret);
            if (await child.StandardOutput.ReadLineAsync() is not "under way")
            {
                Console.WriteLine(await child.StandardError.ReadToEndAsync());
                continue;
            }
            var watch = Stopwatch.StartNew();
            await child.StandardInput.WriteLineAsync("end");
            if (!child.WaitForExit(10_000))
                child.Kill();
            else if (child.ExitCode == Code)
                good++;
            if (watch.Elapsed > longest)
                longest = watch.Elapsed;
        }
        Console.WriteLine($"{good} of {count} processes ended as they should, the slowest in {longest.TotalMilliseconds:0} ms.");
        return good == count;
    }

    /// <summary>The child: lists in eight runspaces, and ends in the middle of it.</summary>
    internal static async Task<bool> Child(string connect)
    {
        string secret = (await Console.In.ReadLineAsync())!;
        for (int i = 0; i < 8; i++)
        {
            var engine = new Engine(secret);
            engine.Run(connect);
            PowerShell shell = engine.Prepare("while ($true) { $null = Get-ScimUser -PageSize 100 }");
            _ = shell.BeginInvoke();
        }
        Console.WriteLine("under way");
        _ = await Console.In.ReadLineAsync();
        Environment.Exit(Code);
        return false;
    }
}
