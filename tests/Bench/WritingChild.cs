using System;
using System.Security;

namespace PSScim.Bench;

/// <summary>What a child process does of writing. Its input is there, and connections are open, before the clock starts.</summary>
internal static class WritingChild
{
    internal static Outcome Measure(string name, Job job)
    {
        using var engine = new Engine();
        engine.Import(Files.Manifest);
        object connection = Connection.Open(job);
        engine.Set("connection", connection);
        engine.Set("count", job.Count);
        using var password = new SecureString();
        foreach (char c in "Correct-Horse-7")
            password.AppendChar(c);
        engine.Set("password", password);
        engine.Set("run", Guid.NewGuid().ToString("N"));
        engine.Invoke("""
            $ids = @(Get-ScimUser -Attributes id -First $count -Connection $connection | ForEach-Object id)
            function Row($name) { [pscustomobject]@{ userName = "$name-$run@contoso.com"; displayName = 'A User'; givenName = 'A'; familyName = 'User'; title = 'Engineer' } }
            function Change($count) { for ($i = 0; $i -lt $count; $i++) { @{ id = $ids[$i % $ids.Count]; title = "Engineer $i" } } }
            $rows = @(for ($i = 0; $i -lt $count; $i++) { Row $i })
            1..8 | ForEach-Object { Row "warm$_" } | New-ScimUser -Password $password -Connection $connection | Out-Null
            """);
        return name switch
        {
            "creates-one" => Timed(engine, connection, "$rows | New-ScimUser -Password $password -Connection $connection -ThrottleLimit 1 | Out-Null"),
            "creates" => Timed(engine, connection, "$rows | New-ScimUser -Password $password -Connection $connection | Out-Null"),
            "reads-one" => Timed(engine, connection, "$ids | Get-ScimUser -Connection $connection -ThrottleLimit 1 | Out-Null"),
            "reads" => Timed(engine, connection, "$ids | Get-ScimUser -Connection $connection | Out-Null"),
            "members" => Timed(
                engine,
                connection,
                "$ids | Add-ScimGroupMember $group -Connection $connection",
                "$group = New-ScimGroup -DisplayName $run -Connection $connection"),
            "rows" => Rows(engine, connection),
            _ => throw new ArgumentException($"There is no '{name}' to measure."),
        };
    }

    private static Outcome Timed(Engine engine, object connection, string script, string? before = null)
    {
        if (before is not null)
            engine.Invoke(before);
        (long requests, _) = Connection.Meter(connection);
        var clock = new Clock();
        engine.Invoke(script);
        Outcome outcome = clock.Stop();
        return outcome with { Pages = Connection.Meter(connection).Requests - requests, PeakBytes = Memory.Peak() };
    }

    /// <summary>A tenth of the rows, and then all: what memory the process had needed by then.</summary>
    private static Outcome Rows(Engine engine, object connection)
    {
        engine.Invoke("$rows = $null; Change ($count / 10) | Set-ScimUser -Connection $connection");
        long early = Memory.Peak();
        Memory settled = Memory.Settled();
        Outcome outcome = Timed(engine, connection, "Change $count | Set-ScimUser -Connection $connection");
        return Memory.Settled().Above(settled, outcome) with { EarlyPeakBytes = early };
    }
}
