using System;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>The emulator's plain SCIM server and its quirks, through the cmdlets.</summary>
public sealed class QuirkTests : IDisposable
{
    private readonly Engine _engine = new();

    public QuirkTests() => _engine.Set("secret", Engine.Secure("emulator-secret"));

    public void Dispose()
    {
        _engine.Run("Get-ScimContext -ListAvailable | Disconnect-Scim; Stop-ScimEmulator");
        _engine.Dispose();
    }

    private void Start(string quirks, string connect = "") => _engine.Good($$"""
        $e = Start-ScimEmulator -Users 25 -Groups 2 {{quirks}} -PassThru
        Connect-Scim -BaseUri $e.PlainBaseUri -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -Authority $e.Authority {{connect}}
        """);

    [Theory]
    [InlineData("")]
    [InlineData("-Quirk zero-based-start-index, text-total")]
    [InlineData("-Quirk capped-pages, no-total, numeric-ids")]
    [InlineData("-Quirk other-paths, lower-case-resources, no-content-type")]
    [InlineData("-Quirk no-discovery, total-of-page, Text-Booleans")]
    [InlineData("-Quirk cursor-only, no-schemas")]
    public void Every_user_comes_once(string quirks)
    {
        Start(quirks);
        string[] ids = [.. _engine.Good("Get-ScimUser -PageSize 10 | ForEach-Object id").Select(id => id.ToString()!)];
        Assert.Equal((25, 25), (ids.Length, ids.Distinct().Count()));
        Assert.Equal(ids[3], _engine.Set("id", ids[3]).Good("(Get-ScimUser -Id $id).id")[0].ToString());
        Assert.Equal("Generic", _engine.Good("(Get-ScimContext).Service")[0].ToString());
    }

    [Fact]
    public void An_unknown_quirk_is_answered_with_the_names()
    {
        ErrorRecord error = _engine.Bad("Start-ScimEmulator -Quirk nonsense");
        Assert.StartsWith("EmulatorFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("zero-based-start-index", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_announced_and_did_not_come_is_a_warning()
    {
        Start("-Quirk wrong-total");
        Engine.Result result = _engine.Run("Get-ScimUser -PageSize 10");
        Assert.Empty(result.Errors);
        Assert.Equal(25, result.Output.Length);
        Assert.Contains("is 5 higher than", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Discovery_is_skipped_by_choice()
    {
        Start("", "-Compatibility skipdiscovery");
        Assert.Equal(25, _engine.Good("Get-ScimUser").Length);
        // The list, and what the first list of a connection costs to learn whether its total is that of the page.
        Assert.Equal(2L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
        Assert.StartsWith("ParameterArgumentValidationError,", _engine.Bad("Connect-Scim -Emulator -Compatibility nonsense").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    /// <summary>What the schema calls a boolean is one, and what it calls a text is one, however the server writes it.</summary>
    [Fact]
    public void Values_are_of_the_types_of_the_schema()
    {
        Start("-Quirk text-booleans, numeric-ids");
        _engine.Good("$all = Get-ScimUser; $all[0..4] | Disable-ScimUser -Confirm:$false");
        Assert.Equal("20 5", _engine.Good("$now = Get-ScimUser; \"$(@($now | Where-Object active).Count) $(@($now | Where-Object { -not $_.active }).Count)\"")[0].ToString());
        Assert.Equal(true, _engine.Good("$now[0].id -is [string] -and $now[0].ToJson() -match '\"id\": ?\\d'")[0].BaseObject);
        _engine.Good("$now[7] | Set-ScimUser -Title Clerk");
        Assert.Equal("Clerk", _engine.Good("($now[7] | Get-ScimUser).title")[0].ToString());
    }

    [Fact]
    public void What_no_schema_allows_is_shown_all_the_same()
    {
        Start("-Quirk odd-values");
        Assert.Equal(25, _engine.Good("$all = Get-ScimUser; $all").Length);
        Assert.Equal(true, _engine.Good("$all[3].emails.Count -eq 1 -and $all[3].emails[0].value -eq $all[3].userName -and $all[3].nickName -eq '7'")[0].BaseObject);
        Assert.Equal(2, _engine.Good("$all[3].'x-odd'.Count")[0].BaseObject);
    }

    [Fact]
    public void A_server_that_gives_more_attributes_than_asked_shows_those_asked_for()
    {
        Start("");
        Assert.Equal(["id", "userName"], _engine.Good("(Get-ScimUser -First 1 -Attributes userName).PSObject.Properties.Name").Select(name => name.ToString()));
    }

    /// <summary>This one filters by a single comparison; what else is asked of it is evaluated here.</summary>
    [Fact]
    public void What_a_server_cannot_filter_by_is_evaluated_here()
    {
        Start("");
        _engine.Good("$all = Get-ScimUser; $a, $b = $all[2..3]; $filter = \"userName eq '$($a.userName)' or id eq '$($b.id)'\".Replace(\"'\", '\"')");
        Assert.StartsWith("InvalidFilter,", _engine.Bad("Get-ScimUser -Filter $filter").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(true, _engine.Good("$found = Get-ScimUser -Filter $filter -ClientSideFilter; ($found.id -join ' ') -eq ($a.id, $b.id -join ' ')")[0].BaseObject);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Quirk hidden-members, ignored-filter")]
    [InlineData("-Quirk no-patch, hidden-members, numeric-ids, other-paths")]
    public void Members_are_those_whom_the_group_names(string quirks)
    {
        Start(quirks);
        _engine.Good("$users = Get-ScimUser; $g = (Get-ScimGroup)[0]; $users[0..4] | Add-ScimGroupMember $g");
        Assert.Equal(Ids("$users[0..4]"), Ids("Get-ScimGroupMember $g"));
        Assert.Equal(Ids("$users[1..2]"), Ids("Get-ScimGroupMember $g -Skip 1 -First 2"));
        _engine.Good("$users[3..6] | Sync-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(Ids("$users[3..6]"), Ids("Get-ScimGroupMember $g -Attributes id"));
        _engine.Good("Sync-ScimGroupMember $g -Member @() -Force -Confirm:$false");
        Assert.Empty(Ids("Get-ScimGroupMember $g"));
    }

    private string[] Ids(string script) => [.. _engine.Good($"{script} | ForEach-Object id").Select(id => id.ToString()!)];
}
