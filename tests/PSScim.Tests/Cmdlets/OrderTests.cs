using System;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Several requests in flight: results and errors in the order of the input, and what becomes of all after a stop.</summary>
public sealed class OrderTests : IDisposable
{
    private readonly RecordingHost _host = new();
    private readonly Engine _engine;

    public OrderTests()
    {
        _engine = new Engine(host: _host);
        _engine.Set("p", Engine.Secure("Correct-Horse-7"));
        _engine.Good("""
            $e = Start-ScimEmulator -Users 60 -Groups 5 -PassThru; Connect-Scim -Emulator
            function Rows($count, $prefix = 'r') { foreach ($i in 1..$count) { @{ userName = "$prefix$i@contoso.com"; displayName = "R $i"; givenName = 'R'; familyName = "$i" } } }
            """);
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    [Fact]
    public void Answers_that_overtake_come_out_in_the_order_of_the_input()
    {
        // The first answer is the last to come.
        _engine.Inject("""{"action":"delay","milliseconds":300,"method":"POST","times":1}""");
        PSObject[] made = _engine.Good("Rows 40 | New-ScimUser -Password $p -ThrottleLimit 8");
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"r{i}@contoso.com"), made.Select(u => (string)u.Properties["userName"].Value));
    }

    [Fact]
    public void Errors_and_results_are_interleaved_as_the_rows_are()
    {
        object?[] all = [.. _engine.Good("""
            $rows = @(Rows 20 'x'); $rows[3].active = 'perhaps'; $rows[9].titel = 'x'; $rows[15].userName = (Get-ScimUser -First 1).userName
            $rows | New-ScimUser -Password $p 2>&1
            """).Select(o => o.BaseObject)];
        Assert.Equal(20, all.Length);
        Assert.Equal([3, 9, 15], Enumerable.Range(0, 20).Where(i => all[i] is ErrorRecord));
        Assert.StartsWith("Row 16 ", ((ErrorRecord)all[15]!).Exception.Message, StringComparison.Ordinal);
        Assert.StartsWith("Uniqueness,", ((ErrorRecord)all[15]!).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_from_the_pipeline_are_read_several_at_a_time_in_order()
    {
        _engine.Inject("""{"action":"delay","milliseconds":300,"method":"GET","times":1,"skip":1}""");
        _engine.Good("$ids = Get-ScimUser -First 30 | ForEach-Object id");
        Assert.Equal(
            _engine.Good("$ids").Select(i => i.ToString()),
            _engine.Good("$ids | Get-ScimUser -Attributes id -ThrottleLimit 8").Select(u => u.Properties["id"].Value.ToString()));
    }

    [Fact]
    public async Task Two_runspaces_write_on_one_connection()
    {
        _engine.Good("$c = Connect-Scim -Emulator -PassThru");
        object connection = _engine.Good("$c")[0].BaseObject;
        using var other = new Engine();
        other.Set("c", connection).Set("p", Engine.Secure("Correct-Horse-7"));
        Task<PSObject[]> there = Task.Run(() => other.Good("1..30 | ForEach-Object { @{ userName = \"o$_@contoso.com\"; displayName = 'O'; givenName = 'O'; familyName = 'O' } } | New-ScimUser -Password $p -Connection $c"));
        PSObject[] here = _engine.Good("Rows 30 'h' | New-ScimUser -Password $p");
        Assert.Equal(30, here.Length);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"o{i}@contoso.com"), (await there).Select(u => (string)u.Properties["userName"].Value));
    }

    [Fact]
    public void After_Ctrl_C_the_host_is_told_what_became_of_each_object()
    {
        _engine.Good("$rows = @(Rows 12 'c')");
        _engine.Inject("""{"action":"delay","milliseconds":1500,"method":"POST","times":99}""");
        using var shell = PowerShell.Create();
        shell.Runspace = _engine.Runspace;
        using var begun = new CountdownEvent(4);
        shell.Streams.Verbose.DataAdded += (_, _) => _ = begun.IsSet || begun.Signal();
        shell.AddScript("$rows | New-ScimUser -Password $p -ThrottleLimit 2 -Verbose");
        IAsyncResult running = shell.BeginInvoke();
        // -Verbose tells of each row before it is given: at the fourth, three are, of which two may be in flight.
        Assert.True(begun.Wait(TimeSpan.FromSeconds(30)));
        shell.Stop();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        string[] told = [.. _host.Lines.Where(line => line.Contains("@contoso.com): ", StringComparison.Ordinal))];
        Assert.Contains(told, line => line.EndsWith(": not sent", StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.Contains("unknown", StringComparison.Ordinal));
        // What the host was told holds: done is there, not sent is not.
        string[] there = [.. _engine.Good("Get-ScimUser -Attributes userName | ForEach-Object userName").Select(n => n.ToString())];
        foreach (string line in told)
        {
            string name = line[(line.IndexOf('(', StringComparison.Ordinal) + 1)..line.IndexOf(')', StringComparison.Ordinal)];
            Assert.Equal(line.EndsWith(": done", StringComparison.Ordinal), there.Contains(name));
        }
    }

    [Fact]
    public void A_journal_goes_on_where_it_stopped()
    {
        _engine.Set("j", System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"psscim-{Guid.NewGuid():N}.journal"));
        try
        {
            Assert.Equal(10, _engine.Good("Rows 10 'j' | New-ScimUser -Password $p -Journal $j").Length);
            long before = (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject;
            _engine.Good("Rows 12 'j' | New-ScimUser -Password $p -Journal $j");
            Assert.Equal(before + 2, (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
        }
        finally
        {
            _engine.Good("[IO.File]::Delete($j)");
        }
    }

    [Fact]
    public void A_budget_that_runs_out_in_the_middle_ends_the_command_and_the_journal_goes_on()
    {
        string journal = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"psscim-{Guid.NewGuid():N}.journal");
        _engine.Set("j", journal);
        try
        {
            _engine.Good("Connect-Scim -Emulator -RequestBudget 8");
            Engine.Result first = _engine.Run("Rows 20 'b' | New-ScimUser -Password $p -Journal $j");
            Assert.Equal(8, first.Output.Length);
            // Which of those behind the eighth met the budget, and which were not even tried, is chance.
            Assert.StartsWith("BudgetExceeded,", first.Errors[^1].FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("8 done", first.Errors[^1].Exception.Message, StringComparison.Ordinal);
            Assert.All(first.Errors, error => Assert.Contains("wasn't sent", error.Exception.Message, StringComparison.Ordinal));
            Assert.Equal(8L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
            Assert.Equal(20, _engine.Good("Connect-Scim -Emulator; Rows 20 'b' | New-ScimUser -Password $p -Journal $j").Length);
            Assert.Equal(12L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
            Assert.Equal(
                Enumerable.Range(1, 20).Select(i => $"b{i}@contoso.com").Order(StringComparer.Ordinal),
                _engine.Good("Get-ScimUser -Attributes userName | ForEach-Object userName").Select(n => n.ToString()!).Where(n => n.StartsWith('b') && char.IsAsciiDigit(n[1])).Order(StringComparer.Ordinal));
        }
        finally
        {
            System.IO.File.Delete(journal);
        }
    }

    /// <summary>As many as the variable PSSCIM_MANY says: 10,000 for the bar of docs/performance.md.</summary>
    [Fact]
    public void With_one_request_in_twenty_gone_wrong_each_user_is_made_once()
    {
        int many = int.TryParse(Environment.GetEnvironmentVariable("PSSCIM_MANY"), out int number) ? number : 300;
        string[] kinds =
        [
            "\"action\":\"status\",\"status\":429,\"retryAfter\":\"0\"", "\"action\":\"status\",\"status\":503,\"retryAfter\":\"0\"",
            "\"action\":\"resetBefore\"", "\"action\":\"resetAfter\"", "\"action\":\"cutBody\"",
        ];
        // Where each strikes is told by its number, so that a run can be repeated.
        _engine.Inject("[" + string.Join(',', Enumerable.Range(0, many / 20).Select(i => $"{{{kinds[i % kinds.Length]},\"method\":\"POST\",\"skip\":{i * 20 + i * 7 % 20}}}")) + "]");
        _engine.Set("many", many);
        PSObject[] made = _engine.Good("Connect-Scim -Emulator -RetryIntervalSec 1; Rows $many 'm' | New-ScimUser -Password $p");
        string[] wanted = [.. Enumerable.Range(1, many).Select(i => $"m{i}@contoso.com")];
        Assert.Equal(wanted, made.Select(user => (string)user.Properties["userName"].Value));
        Assert.Equal(
            wanted.Order(StringComparer.Ordinal),
            _engine.Good("Get-ScimUser -Attributes userName | ForEach-Object userName").Select(n => n.ToString()!).Where(n => n.StartsWith('m') && char.IsAsciiDigit(n[1])).Order(StringComparer.Ordinal));
        Assert.True((long)_engine.Good("(Get-ScimContext).Retries")[0].BaseObject > 0, "nothing went wrong");
    }
}
