using System;
using System.Management.Automation;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>Commands stopped at a random moment, as by Ctrl+C. Nothing may be sent afterwards, and nothing stay behind.</summary>
internal static class Cancelling
{
    private static readonly string[] s_scripts =
    [
        "Get-ScimUser -PageSize 100 | ForEach-Object { $_.userName }",
        "Get-ScimUser -PageSize 100 -Attributes id | Get-ScimUser",
        "$connection = {0} -Name stopped -PassThru; Get-ScimUser -PageSize 50 -Connection $connection",
        "Get-ScimGroup | ForEach-Object {{ Get-ScimUser -MemberOf $_ -Attributes id }}",
    ];

    internal static async Task<bool> Run(int count)
    {
        using var service = new Service(20_000, "--latency-milliseconds", "3");
        using var engine = new Engine(service.Secret);
        engine.Run(service.Connect);
        var random = new Random(20261124);
        for (int i = 0; i < 40; i++)
            await StopOne(engine, service, random, i);
        Reading.Head();
        Reading start = Reading.Take();
        Console.WriteLine(start);
        long late = 0;
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 1; i <= count; i++)
        {
            TimeSpan took = await StopOne(engine, service, random, i);
            if (took > longest)
                longest = took;
            if (i % 10 == 0)
            {
                // What was under way when the pipeline ended has reached the service by now.
                await Task.Delay(20);
                long before = await service.Requests();
                await Task.Delay(60);
                late += await service.Requests() - before;
            }
            if (i % Math.Max(1, count / 4) == 0)
                Console.WriteLine(Reading.Take());
        }
        Reading end = Reading.Take();
        Console.WriteLine($"{count} commands stopped, the slowest in {longest.TotalMilliseconds:0} ms; {late} requests after the end.");
        return late == 0 && end.IsFlatSince(start, handles: 16, threads: 8, bytes: 24_000_000);
    }

    private static async Task<TimeSpan> StopOne(Engine engine, Service service, Random random, int i)
    {
        string script = s_scripts[i % s_scripts.Length].Replace("{0}", service.Connect, StringComparison.Ordinal)
            .Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);
        using PowerShell shell = engine.Prepare(script);
        IAsyncResult running = shell.BeginInvoke();
        await Task.Delay(random.Next(0, 60));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        shell.Stop();
        try
        {
            shell.EndInvoke(running);
        }
        catch (PipelineStoppedException)
        {
            // What was asked for.
        }
        return watch.Elapsed;
    }
}
