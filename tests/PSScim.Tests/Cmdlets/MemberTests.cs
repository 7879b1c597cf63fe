using System;
using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Members of groups: added in packs, removed one by one, set to exactly a list.</summary>
public sealed class MemberTests : IDisposable
{
    private readonly Engine _engine = new();

    public MemberTests() => _engine.Good("""
        $e = Start-ScimEmulator -Users 80 -Groups 3 -PassThru; Connect-Scim -Emulator
        $g = New-ScimGroup -DisplayName Graz
        $users = @(Get-ScimUser -First 60 -Attributes id)
        """);

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    private long Requests(string script)
    {
        long before = (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject;
        _engine.Good(script);
        return (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject - before;
    }

    [Fact]
    public void Members_are_added_20_to_a_request()
    {
        Assert.Equal(3, Requests("$users | Add-ScimGroupMember $g"));
        Assert.Equal(60, _engine.Good("Get-ScimGroupMember $g -Attributes id").Length);
        Assert.Equal("Graz", _engine.Good("(Get-ScimUserMembership $users[0] | Where-Object id -eq $g.id).displayName")[0].ToString());
    }

    [Fact]
    public void Of_a_pack_with_an_unknown_id_the_others_go_in_and_it_is_named()
    {
        Engine.Result result = _engine.Run("@($users[0..4].id) + '00000000-0000-0000-0000-00000000dead' + @($users[5..9].id) | Add-ScimGroupMember $g");
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("00000000-0000-0000-0000-00000000dead", error.TargetObject);
        Assert.StartsWith("Row 6 ", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(10, _engine.Good("Get-ScimGroupMember $g -Attributes id").Length);
    }

    [Fact]
    public void Rows_may_name_group_and_member()
    {
        _engine.Good("$users[0..2] | ForEach-Object { [pscustomobject]@{ GroupId = $g.id; MemberId = $_.id } } | Add-ScimGroupMember");
        Assert.Equal(3, _engine.Good("$g | Get-ScimGroupMember -Attributes id").Length);
    }

    [Fact]
    public void Members_are_removed_one_by_one_and_who_is_none_needs_no_removing()
    {
        _engine.Good("$users[0..4] | Add-ScimGroupMember $g");
        Assert.Equal(2, Requests("$users[0..1] | Remove-ScimGroupMember $g -Confirm:$false"));
        Assert.Equal(3, _engine.Good("Get-ScimGroupMember $g -Attributes id").Length);
        Assert.Contains(
            _engine.Run("Remove-ScimGroupMember $g $users[50] -Confirm:$false -Verbose").Verbose,
            line => line.EndsWith("nothing to change.", StringComparison.Ordinal));
        // Entra's 404 names the group in both cases; a group that is not there is an error all the same.
        ErrorRecord error = _engine.Bad("Remove-ScimGroupMember 00000000-0000-0000-0000-00000000dead $users[0] -Confirm:$false");
        Assert.StartsWith("ResourceNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_gets_exactly_the_members_given_with_the_fewest_requests()
    {
        _engine.Good("$users[0..9] | Add-ScimGroupMember $g");
        // One to read who is there, one for 20 to add, two to remove.
        Assert.Equal(4, Requests("$users[2..29] | Sync-ScimGroupMember $g -Confirm:$false"));
        Assert.Equal(28, _engine.Good("Get-ScimGroupMember $g -Attributes id").Length);
        Assert.Equal(1, Requests("$users[2..29] | Sync-ScimGroupMember $g -Confirm:$false"));
        Assert.Equal(1, Requests("$users[0..1] | Sync-ScimGroupMember $g -WhatIf"));
        Assert.Equal(28, _engine.Good("Get-ScimGroupMember $g -Attributes id").Length);
    }

    [Fact]
    public void A_group_is_not_emptied_unless_it_is_said()
    {
        _engine.Good("$users[0..2] | Add-ScimGroupMember $g");
        Assert.StartsWith("WouldEmptyGroup,", _engine.Bad("@() | Sync-ScimGroupMember $g -Confirm:$false").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("InvalidId,", _engine.Bad("$users[0].id, 'bob' | Sync-ScimGroupMember $g -Confirm:$false").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(3, _engine.Good("Get-ScimGroupMember $g -Attributes id").Length);
        _engine.Good("Sync-ScimGroupMember $g -Member @() -Force -Confirm:$false");
        Assert.Empty(_engine.Good("Get-ScimGroupMember $g -Attributes id"));
    }
}
