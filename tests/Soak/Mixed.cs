using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;

namespace PSScim.Soak;

/// <summary>64 runspaces share one connection and read and write as they like; what each wrote must be there, once.</summary>
internal static class Mixed
{
    private const int Runspaces = 64;
    private const int Users = 5_000;

    /// <summary>One round of one runspace: $me, $round. Its last word is how many users it has made so far.</summary>
    private const string Round = """
        $ErrorActionPreference = 'Stop'
        switch ($round % 4) {
            0 { if (@(Get-ScimUser -First 120 -Connection $connection).Count -ne 120) { throw 'a short list' } }
            1 {
                $ids = @(Get-ScimUser -First 5 -Attributes id -Connection $connection | ForEach-Object id)
                $again = @($ids | Get-ScimUser -Attributes userName -Connection $connection | ForEach-Object id)
                if (($again -join ',') -ne ($ids -join ',')) { throw "asked for $ids, got $again" }
            }
            2 {
                $name = "soak-$me-$round@contoso.com"
                $made = New-ScimUser -UserName $name -DisplayName $name -GivenName Soak -FamilyName "$me" -Password $secret -Enabled $true -Connection $connection
                Set-ScimUser -Id $made.id -Title "round $round" -Connection $connection
                $made_count++
                $found = @(Get-ScimUser -UserName $name -Connection $connection)
                if ($found.Count -ne 1 -or $found[0].title -ne "round $round") { throw "$name is there $($found.Count) times, title '$($found[0].title)'" }
                $last = $made.id
            }
            3 { if ($last) { Remove-ScimUser -Id $last -Confirm:$false -Connection $connection; $made_count--; $last = $null } }
        }
        $made_count
        """;

    internal static async Task<bool> Run(TimeSpan length)
    {
        using var service = new Service(Users);
        using var main = new Engine(service.Secret);
        object connection = main.Run(service.Connect + " -PassThru")[0];
        var engines = new List<Engine>();
        for (int i = 0; i < Runspaces; i++)
        {
            var engine = new Engine(service.Secret);
            engine.Set("connection", connection);
            engine.Set("me", i);
            engine.Set("made_count", 0);
            engine.Set("last", null);
            engines.Add(engine);
        }
        using var warm = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Min(30, length.TotalSeconds / 5)));
        int rounds = 0;
        var failures = new List<string>();
        await All(engines, warm.Token);
        Reading.Head();
        var readings = new List<Reading> { Reading.Take() };
        Console.WriteLine(readings[0]);
        for (int part = 0; part < 2; part++)
        {
            using var end = new CancellationTokenSource(length / 2);
            await All(engines, end.Token);
            readings.Add(Reading.Take());
            Console.WriteLine(readings[^1]);
        }
        int made = engines.Sum(e => Convert.ToInt32(e.Run("$made_count")[0].BaseObject, CultureInfo.InvariantCulture));
        int there = main.Run("Get-ScimUser -Attributes id, userName").Count;
        Console.WriteLine($"{rounds} rounds in {Runspaces} runspaces; {made} users made and kept, {there - Users} more in the directory; {failures.Count} failures.");
        foreach (string failure in failures.Take(10))
            Console.WriteLine(failure);
        engines.ForEach(e => e.Dispose());
        return failures.Count == 0 && there - Users == made && readings[^1].IsFlatSince(readings[0], handles: 64, threads: 32, bytes: 64_000_000);

        async Task All(List<Engine> engines, CancellationToken end) => await Task.WhenAll(engines.Select(engine => Task.Factory.StartNew(
            () =>
            {
                while (!end.IsCancellationRequested)
                    One(engine);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        void One(Engine engine)
        {
            int round = Interlocked.Increment(ref rounds);
            engine.Set("round", round);
            try
            {
                engine.Run(Round);
            }
            catch (Exception e) when (e is RuntimeException or InvalidOperationException)
            {
                lock (failures)
                    failures.Add(e.Message);
            }
        }
    }
}
