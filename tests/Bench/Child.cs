using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;

namespace PSScim.Bench;

/// <summary>
/// What a child process does: one thing, measured, in a process of its own. Before the clock starts it has signed in and
/// has had the first page once, in the way that is measured.
/// </summary>
internal static class Child
{
    private const string All = "Get-ScimUser -PageSize 999 -Connection $connection";
    private const string FirstPage = All + " -First 999";

    internal static async Task<int> Run(string name)
    {
        Outcome outcome;
        try
        {
            // Import-Module alone needs no emulator.
            outcome = name.StartsWith("start-", StringComparison.Ordinal)
                ? Start(name)
                : await Measure(name, Outcome.Read<Job>(Console.In.ReadLine() ?? ""));
        }
        catch (Exception failure)
        {
            outcome = new Outcome { Failure = failure.Message };
            await Console.Error.WriteLineAsync(failure.ToString());
        }
        Console.WriteLine(outcome.ToLine());
        return outcome.Failure is null ? 0 : 1;
    }

    private static async Task<Outcome> Measure(string name, Job job) => name switch
    {
        "path" => AskedPath(job),
        "null" => Module(job, All + " | Out-Null", FirstPage + " | Out-Null"),
        "variable" => Module(job, "$all = " + All, "$all = " + FirstPage, kept: "all"),
        "engine" => Module(job, "& { $all } | Out-Null", "$all = " + All),
        "filter" => Module(
            job,
            "$names = " + All + " | Where-Object { $_.active } | ForEach-Object { $_.userName }",
            "$names = " + FirstPage + " | Where-Object { $_.active } | ForEach-Object { $_.userName }",
            kept: "names"),
        "csv" or "jsonl" => Export(job, name),
        "creates" or "creates-one" or "reads" or "reads-one" or "members" or "rows" => WritingChild.Measure(name, job),
        "first" => Module(job, "$one = Get-ScimUser -First 1 -Connection $connection", "$one = Get-ScimUser -First 1 -Connection $connection", kept: "one"),
        "select" => Module(
            job,
            "$some = Get-ScimUser -PageSize 100 -Connection $connection | Select-First 150",
            "$some = Get-ScimUser -PageSize 100 -Connection $connection | Select-First 50",
            kept: "some"),
        "classes" => await Http(job, content => ReadClasses(content), page => (page.Resources, page.NextCursor)),
        "psobjects" => await Http(job, ReadPSObjects, page => ((object[])page.Properties["resources"].Value, page.Properties["nextCursor"]?.Value as string)),
        _ => throw new ArgumentException($"There is no '{name}' to measure."),
    };

    /// <summary>The engine and nothing else, or with a module imported.</summary>
    private static Outcome Start(string name)
    {
        using var engine = new Engine();
        engine.Invoke("1 | Out-Null");
        var watch = Stopwatch.StartNew();
        switch (name)
        {
            case "start-module":
                engine.Import(Files.Manifest);
                break;
            case "start-empty":
                engine.Import(Path.Combine(AppContext.BaseDirectory, "Empty.psd1"));
                break;
        }
        return new Outcome { Seconds = watch.Elapsed.TotalSeconds, PeakBytes = Memory.Peak() };
    }

    private static Outcome AskedPath(Job job)
    {
        using var engine = new Engine();
        engine.Import(Files.Manifest);
        engine.Set("connection", Connection.Open(job));
        var said = new List<string>();
        engine.Invoke(All + " -Verbose | Select-First 1", said);
        string? path = said.SelectMany(line => line.Split(' ')).FirstOrDefault(word => word.Contains("/users?", StringComparison.Ordinal))?.TrimEnd(':', ',');
        return new Outcome { Path = path ?? throw new InvalidOperationException("-Verbose told of no request.") };
    }

    private static Outcome Module(Job job, string script, string warming, string? kept = null)
    {
        using var engine = new Engine();
        engine.Import(Files.Manifest);
        object connection = Connection.Open(job);
        engine.Set("connection", connection);
        engine.Invoke(warming);
        if (kept is not null)
            engine.Set(kept, "");
        (long requests, long bytes) = Connection.Meter(connection);
        Memory before = Memory.Settled();

        var clock = new Clock();
        engine.Invoke(script);
        Outcome outcome = clock.Stop();

        (long requestsThen, long bytesThen) = Connection.Meter(connection);
        outcome = outcome with
        {
            Pages = requestsThen - requests,
            Bytes = bytesThen - bytes,
            PeakBytes = Memory.Peak(),
        };
        if (kept is null)
            return outcome;
        outcome = Memory.Settled().Above(before, outcome);
        return outcome with { Objects = engine.Get(kept) is object[] all ? all.Length : 1 };
    }

    /// <summary>Into a file that is thrown away. The first page is exported once before, as the others have it too.</summary>
    private static Outcome Export(Job job, string format)
    {
        string folder = Directory.CreateTempSubdirectory("psscim-bench-").FullName;
        try
        {
            string Into(string file) => $"$null = Export-ScimUser '{Path.Combine(folder, file)}.{format}' -Connection $connection";
            return Module(job, Into("users"), Into("one") + " -ExternalId none");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Outcome> Http<TPage, TItem>(
        Job job, Func<HttpContent, Task<TPage>> read, Func<TPage, (IEnumerable<TItem> Items, string? Next)> open)
    {
        using Pages pages = await Pages.Open(job);
        await pages.Get(null, read);
        Memory before = Memory.Settled();

        var clock = new Clock();
        var all = new List<TItem>();
        long count = 0;
        string? cursor = null;
        do
        {
            (IEnumerable<TItem> items, cursor) = open(await pages.Get(cursor, read));
            all.AddRange(items);
            count++;
        }
        while (cursor is not null);
        Outcome outcome = clock.Stop();

        outcome = outcome with { Pages = count, Objects = all.Count, PeakBytes = Memory.Peak() };
        outcome = Memory.Settled().Above(before, outcome);
        GC.KeepAlive(all);
        return outcome;
    }

    private static async Task<UserPage> ReadClasses(HttpContent content)
    {
        await using Stream body = await content.ReadAsStreamAsync();
        return (await JsonSerializer.DeserializeAsync<UserPage>(body, JsonSerializerOptions.Web))!;
    }

    private static async Task<PSObject> ReadPSObjects(HttpContent content) => NoteProperties.Read(await content.ReadAsStringAsync());
}
