using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>What is told while a command runs: progress where somebody watches, advice once, and each stream by itself.</summary>
public sealed class ProgressTests
{
    private const string Throttled = """{"action":"status","status":429,"retryAfter":"2","times":1,"skip":2}""";

    private static Engine Connected(RecordingHost host, string more = "")
    {
        var engine = new Engine(host: host);
        engine.Good("$e = Start-ScimEmulator -Users 450 -Groups 3 -PassThru; Connect-Scim -Emulator " + more);
        return engine;
    }

    private static void Close(Engine engine)
    {
        engine.Run("Disconnect-Scim; Stop-ScimEmulator");
        engine.Dispose();
    }

    [Fact]
    public void A_wait_counts_down_and_the_progress_is_gone_at_the_end()
    {
        var host = new RecordingHost();
        Engine engine = Connected(host);
        engine.Inject(Throttled);
        Assert.Equal(450, engine.Good("Get-ScimUser").Length);
        ProgressRecord[] drawn = host.Drawn;
        Assert.Equal(ProgressRecordType.Completed, drawn[^1].RecordType);
        Assert.All(drawn[..^1], record => Assert.Equal(ProgressRecordType.Processing, record.RecordType));
        ProgressRecord waiting = drawn[0];
        Assert.Equal("Get-ScimUser", waiting.Activity);
        Assert.Matches(@"^throttled, [12] s left, 200 users, \d+/s, 3 requests, USD 0\.004$", waiting.StatusDescription);
        Assert.All(drawn, record => Assert.Equal(waiting.ActivityId, record.ActivityId));
        Close(engine);
    }

    [Theory]
    [InlineData("Set-ScimUser -Title Lead -ThrottleLimit 1")]
    [InlineData("Disable-ScimUser -ThrottleLimit 1")]
    public void A_run_of_changes_shows_how_many_are_done(string command)
    {
        var host = new RecordingHost();
        Engine engine = Connected(host);
        engine.Good("$users = Get-ScimUser -First 6");
        engine.Inject(Throttled);
        engine.Good("$users | " + command);
        Assert.Matches(@"^throttled, [12] s left, \d done, \d+/s, 3 requests, USD 0\.004$", host.Drawn[0].StatusDescription);
        Assert.Equal(ProgressRecordType.Completed, host.Drawn[^1].RecordType);
        Close(engine);
    }

    [Fact]
    public void What_is_over_at_once_draws_nothing()
    {
        var host = new RecordingHost();
        Engine engine = Connected(host);
        engine.Good("Get-ScimUser -First 200");
        Assert.Empty(host.Drawn);
        Close(engine);
    }

    [Theory]
    [InlineData("Recording", "$ProgressPreference = 'SilentlyContinue'", "", false)]
    [InlineData("ServerRemoteHost", "", "", false)]
    [InlineData("Default Host", "", "", false)]
    [InlineData("ServerRemoteHost", "", "-ProgressAction Continue", true)]
    [InlineData("Recording", "", "-ProgressAction SilentlyContinue", false)]
    public void Nobody_is_shown_progress_who_does_not_watch(string name, string before, string asked, bool shown)
    {
        var host = new RecordingHost(name);
        Engine engine = Connected(host);
        engine.Inject(Throttled);
        Assert.Equal(450, engine.Good($"{before}\nGet-ScimUser {asked}").Length);
        Assert.Equal(shown, host.Drawn.Length > 0);
        Close(engine);
    }

    [Theory]
    [InlineData("Get-ScimUser -ErrorAction SilentlyContinue")]
    [InlineData("try { Get-ScimUser -ErrorAction Stop } catch { }")]
    public void An_error_takes_the_progress_away(string command)
    {
        var host = new RecordingHost();
        Engine engine = Connected(host);
        engine.Inject($$"""[{{Throttled}}, {"action":"status","status":403,"times":9,"skip":3}]""");
        engine.Run(command);
        Assert.Equal(ProgressRecordType.Completed, host.Drawn[^1].RecordType);
        Close(engine);
    }

    [Fact]
    public void Ctrl_C_takes_the_progress_away()
    {
        var host = new RecordingHost();
        Engine engine = Connected(host);
        engine.Inject("""{"action":"status","status":429,"retryAfter":"60","times":1,"skip":2}""");
        using var shell = PowerShell.Create();
        shell.Runspace = engine.Runspace;
        shell.AddScript("Get-ScimUser");
        shell.BeginInvoke();
        Assert.True(host.HasDrawn.Wait(TimeSpan.FromMinutes(1)));
        shell.Stop();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.Equal(ProgressRecordType.Completed, host.Drawn[^1].RecordType);
        Close(engine);
    }

    [Fact]
    public void A_long_list_without_names_is_advised_of_its_cost_once_a_connection()
    {
        using var engine = new Engine();
        engine.Good("$e = Start-ScimEmulator -Users 1250 -Groups 3 -PassThru; Connect-Scim -Emulator");
        Assert.Empty(engine.Run("Get-ScimUser -First 900; Get-ScimUser -Attributes userName; Get-ScimGroup").Warnings);
        string warning = Assert.Single(engine.Run("Get-ScimUser; Get-ScimUser").Warnings);
        Assert.Contains("a tenth of the requests", warning, StringComparison.Ordinal);
        Assert.Empty(engine.Run("Get-ScimUser").Warnings);
        engine.Good("Connect-Scim -Emulator");
        Assert.Single(engine.Run("Get-ScimUser").Warnings);
        engine.Run("Disconnect-Scim; Stop-ScimEmulator");
    }

    [Fact]
    public void Streams_are_kept_apart()
    {
        using var engine = new Engine();
        engine.Good("$e = Start-ScimEmulator -Users 5 -Groups 3 -PassThru; Connect-Scim -Emulator");
        Assert.Equal(0, engine.Good("$null = Get-ScimUser -Verbose -Debug -InformationVariable said 4>$null 5>$null; $said.Count")[0].BaseObject);
        IEnumerable<string> debug = engine.Good("Get-ScimUser -Debug 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }").Select(d => d.ToString()!);
        Assert.Contains(debug, line => line.StartsWith("Query: {\"endpoint\":\"Users\"", StringComparison.Ordinal));
        Assert.Contains(debug, line => line.StartsWith("Received 5 records in ", StringComparison.Ordinal));
        engine.Run("Disconnect-Scim; Stop-ScimEmulator");
    }
}
