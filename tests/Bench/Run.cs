using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;

namespace PSScim.Bench;

/// <summary>One run: the rows in turns, then the tables.</summary>
internal sealed class Run(Settings settings)
{
    private const int Million = 1_000_000;
    private const int MillionRounds = 3;

    private readonly Row _limit = new("(a) the limit: reqwest, pages dropped", Limit);
    private readonly Row _null = new("(b) `Get-ScimUser \\| Out-Null`", job => Measuring.Child("null", job));
    private readonly Row _variable = new("(b) `$all = Get-ScimUser`", job => Measuring.Child("variable", job));
    /// <summary>What of <see cref="_null"/> is the engine's own: the same objects, made before.</summary>
    private readonly Row _engine = new("the engine alone: `& { $all } \\| Out-Null`", job => Measuring.Child("engine", job));
    private readonly Row _filter = new("(b) `Get-ScimUser \\| Where-Object { $_.active } \\| ForEach-Object { $_.userName }`", job => Measuring.Child("filter", job));
    private readonly Row _csv = new("(b) `Export-ScimUser users.csv`", job => Measuring.Child("csv", job));
    private readonly Row _lines = new("(b) `Export-ScimUser users.jsonl`", job => Measuring.Child("jsonl", job));
    private readonly Row _classes = new("(c) HttpClient, System.Text.Json into classes", job => Measuring.Child("classes", job));
    private readonly Row _psObjects = new("(d) HttpClient, Newtonsoft.Json into PSObjects", job => Measuring.Child("psobjects", job), isSlow: true);
    private readonly Row _invoke = new("(e) Invoke-RestMethod", Pwsh, isSlow: true);
    private readonly Row _first = new("`Get-ScimUser -First 1`", job => Measuring.Child("first", job));
    private readonly Row _select = new("`Get-ScimUser -PageSize 100 \\| Select-Object -First 150`", job => Measuring.Child("select", job));

    /// <summary>Measures what the settings want and prints it. False when something that was wanted failed.</summary>
    internal bool Measure()
    {
        if (!File.Exists(Files.Limit) || !File.Exists(Files.Emulator))
        {
            Console.Error.WriteLine("The limit's program is not built. Run the benchmark with -c Release.");
            return false;
        }
        Console.WriteLine($"{settings.Users:N0} users, pages of 999, {settings.Rounds} rounds; {Environment.ProcessorCount} processors, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, engine {typeof(System.Management.Automation.PSObject).Assembly.GetName().Version}; "
            + (settings.Uncached ? "the emulator renders each page." : "the emulator keeps its pages.") + Environment.NewLine);
        Row[] pages = Wanted([_limit, _null, _variable, _engine, _filter, _csv, _lines, _classes, _psObjects, _invoke], _limit);
        Row[] few = Wanted([_first, _select], null);
        if (pages.Length + few.Length > 1 || settings.Wants(_limit.Name))
        {
            using var service = new Service(settings.Users, CacheMegabytes(settings.Users));
            Job job = Asking(service.Job);
            _ = Limit(job);
            Rounds(pages, settings.Rounds, job);
            Rounds(few, settings.Rounds, job);
            Table.Pages(pages, _limit, settings.Users);
        }
        var bars = new Bars();
        bars.Pages(_null, _limit, _psObjects, _variable, settings.Users);
        bars.Exports(_csv, _lines, _limit);
        bars.Requests(_first, _select);
        if (settings.Wants("import"))
            MeasureStarts(bars);
        if (settings.Million)
            MeasureMillion(bars);
        bool hasWritten = new Writes(settings).Measure(bars);
        bars.Print();
        return hasWritten && pages.Concat(few).All(r => r.Failure is null || r == _invoke);
    }

    private void Rounds(Row[] rows, int rounds, Job job)
    {
        for (int round = 0; round < rounds; round++)
        {
            // There and back: none of them always runs after the same other.
            IEnumerable<Row> turn = round % 2 == 0 ? rows : rows.Reverse();
            foreach (Row row in turn)
            {
                if (row.Failure is null && (!row.IsSlow || round < settings.SlowRounds))
                    row.Run(round, job);
            }
        }
    }

    /// <summary>Fresh processes: the engine alone, with an empty module, and with this one. What each takes in all.</summary>
    private void MeasureStarts(Bars bars)
    {
        Row bare = Started("bare"), empty = Started("empty"), module = Started("module");
        for (int round = 0; round < settings.Starts; round++)
            foreach (Row row in round % 2 == 0 ? (Row[])[bare, empty, module] : [module, empty, bare])
                row.Run(round, NoJob);
        bars.Starts(bare, empty, module);
    }

    private static Row Started(string what) => new(what, _ =>
    {
        var watch = Stopwatch.StartNew();
        Outcome outcome = Measuring.Child("start-" + what);
        return outcome with { Seconds = watch.Elapsed.TotalSeconds, Inside = outcome.Seconds };
    });

    private void MeasureMillion(Bars bars)
    {
        var limit = new Row("(a) the limit", Limit);
        var million = new Row("`Get-ScimUser \\| Out-Null`", job => Measuring.Child("null", job));
        using (var service = new Service(Million, CacheMegabytes(Million)))
        {
            Job job = Asking(service.Job);
            _ = Limit(job);
            Rounds([limit, million], MillionRounds, job);
        }
        Console.WriteLine($"{Environment.NewLine}{Million:N0} users, {MillionRounds} rounds:{Environment.NewLine}");
        Table.Pages([limit, million], limit, Million);
        Row bare = Started("bare");
        for (int round = 0; round < MillionRounds; round++)
            bare.Run(round, NoJob);
        bars.Million(million, _null, bare, (double)Million / settings.Users);
    }

    private static Job NoJob { get; } = new() { BaseUri = "", Authority = "", TenantId = "", ClientId = "", ClientSecret = "" };

    /// <summary>With the query that the module sends, so that all ask for the same pages.</summary>
    private static Job Asking(Job emulator)
    {
        Outcome asked = Measuring.Child("path", emulator);
        string path = asked.Path ?? throw new InvalidOperationException(asked.Failure);
        return emulator with { Query = path[(path.IndexOf('?', StringComparison.Ordinal) + 1)..] };
    }

    private static Outcome Limit(Job job) => Measuring.Program(Files.Limit, [], job);

    private static Outcome Pwsh(Job job)
    {
        string? pwsh = Environment.GetEnvironmentVariable("PSSCIM_PWSH") is { Length: > 0 } named ? named : OnPath("pwsh");
        return pwsh is null
            ? new Outcome { Failure = "no pwsh here" }
            : Measuring.Program(pwsh, ["-NoProfile", "-NonInteractive", "-File", Path.Combine(AppContext.BaseDirectory, "Invoke-RestMethod.ps1")], job);
    }

    private static string? OnPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name)).FirstOrDefault(File.Exists);

    private Row[] Wanted(Row[] rows, Row? always) => [.. rows.Where(r => r == always || settings.Wants(r.Name))];

    /// <summary>Room for every page, at some 1.5 KB a user.</summary>
    private int CacheMegabytes(int users) => settings.Uncached ? 0 : 64 + users / 500;
}
