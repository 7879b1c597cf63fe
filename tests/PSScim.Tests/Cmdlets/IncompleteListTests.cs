using System;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>A list that isn't complete never reaches a command that replaces a whole.</summary>
public sealed class IncompleteListTests : IDisposable
{
    private readonly Engine _engine = new();

    public IncompleteListTests() => _engine.Good("""
        $e = Start-ScimEmulator -Users 350 -Groups 3 -PassThru
        Connect-Scim -Emulator -MaximumRetryCount 1
        $users = @(Get-ScimUser -Attributes id)
        $g = New-ScimGroup -DisplayName Graz
        $users[0..299] | Add-ScimGroupMember $g
        """);

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    private int Members() => _engine.Good("Get-ScimGroupMember $g -Attributes id").Length;

    [Theory]
    [InlineData("Get-ScimUser -PageSize 100 -Attributes id")]
    [InlineData("Get-ScimUser -PageSize 100 -Attributes id -ErrorAction SilentlyContinue")]
    [InlineData("Get-ScimUser -PageSize 100 -Attributes id -ErrorAction Ignore")]
    [InlineData("& { Get-ScimUser -PageSize 100 -Attributes id }")]
    [InlineData("Get-ScimUser -PageSize 100 -Attributes id | Where-Object id")]
    public void A_list_that_breaks_ends_its_pipeline_before_the_group_is_changed(string list)
    {
        _engine.Inject("""{"action":"resetBefore","times":99,"skip":2}""");
        Engine.Result result = _engine.Run(list + " | Sync-ScimGroupMember $g -Force -Confirm:$false");
        ErrorRecord error = result.Errors[0];
        Assert.StartsWith("ConnectionLost,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotNull(Assert.IsType<ScimException>(error.Exception).Cursor);
        // Inside of a script block it ends the block's statement only. Then the command downstream refuses.
        if (list.StartsWith('&'))
            Assert.StartsWith("InputIncomplete,", result.Errors[1].FullyQualifiedErrorId, StringComparison.Ordinal);
        else
            Assert.Single(result.Errors);
        _engine.ClearFaults();
        Assert.Equal(300, Members());
    }

    [Fact]
    public void The_end_block_of_a_function_does_not_run_after_a_list_that_breaks()
    {
        _engine.Inject("""{"action":"resetBefore","times":99,"skip":1}""");
        Engine.Result result = _engine.Run("Get-ScimUser -PageSize 100 | & { begin { $n = 0 } process { $n++ } end { \"all $n\" } }");
        Assert.Empty(result.Output);
        Assert.Single(result.Errors);
    }

    [Theory]
    [InlineData("Get-ScimUser")]
    [InlineData("Get-ScimUser -ErrorAction SilentlyContinue")]
    [InlineData("Get-ScimUser -ErrorAction Ignore")]
    [InlineData("ForEach-Object { if ($_ -like '*dead') { Write-Error 'not in the file' -ErrorAction SilentlyContinue } else { $_ } }")]
    public void A_group_is_not_changed_when_its_input_reported_an_error(string between)
    {
        Engine.Result result = _engine.Run(
            $"@($users[0..50].id) + '00000000-0000-0000-0000-00000000dead' + @($users[51..299].id) | {between} | Sync-ScimGroupMember $g -Force -Confirm:$false");
        ErrorRecord error = result.Errors[^1];
        Assert.StartsWith("InputIncomplete,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Member", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(300, Members());
        // On purpose.
        _engine.Run($"$found = @($users[0..50].id) + '00000000-0000-0000-0000-00000000dead' + @($users[51..298].id) | {between}");
        _engine.Good("Sync-ScimGroupMember $g -Member $found -Confirm:$false");
        Assert.Equal(299, Members());
    }

    [Fact]
    public void A_group_does_not_lose_more_than_half_of_its_members_unless_forced()
    {
        ErrorRecord error = _engine.Bad("$users[0..148] | Sync-ScimGroupMember $g -Confirm:$false");
        Assert.StartsWith("WouldShrinkGroup,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("151 of its 300 members", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(300, Members());
        _engine.Good("$users[0..149] | Sync-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(150, Members());
        _engine.Good("$users[0..9] | Sync-ScimGroupMember $g -Force -Confirm:$false");
        Assert.Equal(10, Members());
        // A small group may change as a whole.
        _engine.Good("$users[10] | Sync-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(1, Members());
    }

    [Fact]
    public void Earlier_errors_and_errors_of_other_pipelines_do_not_matter()
    {
        _engine.Run("Get-ScimUser -Id '00000000-0000-0000-0000-00000000dead'; Write-Error before");
        _engine.Good("$users[0..298] | Sync-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(299, Members());
    }

    [Fact]
    public void Members_of_a_group_that_is_not_found_are_an_error_of_that_group()
    {
        using var server = new OtherServer(request => request.Url!.AbsolutePath switch
        {
            "/scim/Groups/1" => (200, """{"id":"1","members":[{"value":"7"}]}"""),
            "/scim/Users/7" => (200, """{"id":"7","userName":"ann"}"""),
            _ => (404, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}"""),
        });
        _engine.Set("t", Engine.Secure("token")).Set("b", server.BaseUri);
        Engine.Result result = _engine.Run("Connect-Scim -BaseUri $b -AccessToken $t; '9', '1' | Get-ScimGroupMember");
        Assert.StartsWith("ResourceNotFound,", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("ann", Assert.Single(result.Output).Properties["userName"].Value);
    }

    [Theory]
    // The number of requests grows from two: no more than that are sent too many.
    [InlineData("Get-ScimUser | & { process { $stop1.Next() } }", 0, 1, 2)]
    [InlineData("Get-ScimUser | & { process { $stop20.Next() } }", 0, 20, 27)]
    [InlineData("Get-ScimUser -ThrottleLimit 1 | & { process { $stop3.Next() } }", 0, 3, 3)]
    [InlineData("Get-ScimUser -First 1", 1, 1, 1)]
    [InlineData("Get-ScimUser -First 30", 30, 30, 30)]
    [InlineData("Get-ScimUser -First 5 -Skip 295", 5, 5, 5)]
    [InlineData("Get-ScimUser -First 5 -Skip 297", 3, 3, 3)]
    [InlineData("Get-ScimUser -First 0", 0, 0, 0)]
    [InlineData("Get-ScimUser", 300, 300, 300)]
    public void Ids_cost_no_more_requests_than_are_used(string command, int users, int least, int most)
    {
        foreach (int count in new[] { 1, 3, 20 })
            _engine.Set($"stop{count}", new ReadTests.StopAfter(count));
        _engine.Good("$before = (Get-ScimContext).Requests");
        PSObject[] found = _engine.Good("$users[0..299].id | " + command);
        Assert.Equal(users, found.Length);
        Assert.InRange((long)_engine.Good("(Get-ScimContext).Requests - $before")[0].BaseObject, least, most);
        if (command.Contains("Skip 295", StringComparison.Ordinal))
            Assert.Equal(_engine.Good("$users[295..299].id").Select(id => id.ToString()), found.Select(u => u.Properties["id"].Value.ToString()));
    }

    [Fact]
    public void First_counts_users_that_were_found()
    {
        Engine.Result result = _engine.Run("@('00000000-0000-0000-0000-00000000dead') + @($users[0..9].id) | Get-ScimUser -First 2");
        Assert.Single(result.Errors);
        Assert.Equal(_engine.Good("$users[0..1].id").Select(id => id.ToString()), result.Output.Select(u => u.Properties["id"].Value.ToString()));
    }
}
