using System;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>An independent server, scimmy with scimmy-routers, through the cmdlets.</summary>
public sealed class ScimmyTests : IDisposable
{
    private readonly Engine _engine = new();

    public ScimmyTests() => _engine.Set("token", Engine.Secure("token"));

    public void Dispose() => _engine.Dispose();

    private async Task<ScimmyServer> Connect(int users)
    {
        ScimmyServer server = await ScimmyServer.Start(users);
        _engine.Set("uri", server.BaseUri).Good("Connect-Scim -BaseUri $uri -AccessToken $token");
        return server;
    }

    /// <summary>At the boundaries: none, one, a page, a page and one, ten pages.</summary>
    [ScimmyTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(200)]
    public async Task Every_user_comes_once(int users)
    {
        using ScimmyServer server = await Connect(users);
        string[] ids = [.. _engine.Good("Get-ScimUser -PageSize 20 | ForEach-Object id").Select(id => id.ToString()!)];
        Assert.Equal((users, users), (ids.Length, ids.Distinct().Count()));
        Assert.Equal(users, _engine.Good("Get-ScimUser").Length);
        Assert.Equal(Math.Min(users, 3), _engine.Good("Get-ScimUser -First 3").Length);
    }

    [ScimmyTheory]
    [InlineData(25)]
    public async Task Users_are_found_and_read(int users)
    {
        using ScimmyServer server = await Connect(users);
        PSObject found = Assert.Single(_engine.Good("Get-ScimUser -Filter 'userName eq \"user-0007@contoso.com\"'"));
        Assert.Equal("user-0007", found.Properties["id"].Value);
        Assert.Equal(13, _engine.Good("Get-ScimUser -Enabled $true").Length);
        PSObject read = Assert.Single(_engine.Good("Get-ScimUser -Id user-0007 -Attributes userName"));
        Assert.Equal("user-0007@contoso.com", read.Properties["userName"].Value);
        ErrorRecord error = _engine.Bad("Get-ScimUser -Id nobody");
        Assert.StartsWith("ResourceNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEmpty(_engine.Good("Get-ScimSchema"));
        Assert.Equal(true, _engine.Good("(Get-ScimServiceProviderConfig).patch.supported")[0].BaseObject);
        Assert.StartsWith(
            "InvalidAuthenticationToken,",
            _engine.Set("bad", Engine.Secure("bad")).Bad("Connect-Scim -BaseUri $uri -AccessToken $bad; Get-ScimUser").FullyQualifiedErrorId,
            StringComparison.Ordinal);
    }

    [ScimmyFact]
    public async Task Users_are_created_changed_and_deleted()
    {
        using ScimmyServer server = await Connect(3);
        _engine.Good("""
            $made = New-ScimUser -UserName ada@contoso.com -DisplayName Ada
            $made.displayName = 'Countess'
            $made | Set-ScimUser -Title Enchantress
            Set-ScimUser user-0001 -Title Clerk -Replace @{ 'name.givenName' = 'Bob' }
            Disable-ScimUser user-0002, $made -Confirm:$false
            """);
        Assert.Equal("ada@contoso.com Countess Enchantress False", _engine.Good("Get-ScimUser -UserName ada@contoso.com | ForEach-Object { \"$($_.userName) $($_.displayName) $($_.title) $($_.active)\" }")[0].ToString());
        Assert.Equal("Clerk Bob False", _engine.Good("$u = Get-ScimUser -Id user-0001; \"$($u.title) $($u.name.givenName) $($u.active)\"")[0].ToString());
        Assert.Equal(false, _engine.Good("(Get-ScimUser -Id user-0002).active")[0].BaseObject);
        _engine.Good("Set-ScimUser user-0001 -Clear title, name");
        Assert.Equal("True True", _engine.Good("$u = Get-ScimUser -Id user-0001; \"$($null -eq $u.title) $($null -eq $u.name)\"")[0].ToString());
        Assert.StartsWith("Uniqueness,", _engine.Bad("New-ScimUser -UserName user-0000@contoso.com -DisplayName Other").FullyQualifiedErrorId, StringComparison.Ordinal);
        _engine.Good("$made, 'user-0000' | Remove-ScimUser -Confirm:$false");
        Assert.Equal(["user-0001", "user-0002"], _engine.Good("Get-ScimUser | ForEach-Object id").Select(id => id.ToString()));
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Remove-ScimUser user-0000 -Confirm:$false").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [ScimmyFact]
    public async Task Members_come_and_go()
    {
        using ScimmyServer server = await Connect(30);
        _engine.Good("$g = New-ScimGroup -DisplayName Graz; Get-ScimUser | Add-ScimGroupMember $g");
        Assert.Equal(30, Members().Length);
        // Who is a member already is kept twice by this server.
        _engine.Good("'user-0003' | Add-ScimGroupMember $g; 'user-0003', 'user-0004', 'user-0005' | Remove-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(27, Members().Length);
        Assert.DoesNotContain("user-0004", Members());
        Assert.Equal("Graz", Assert.Single(_engine.Good("Get-ScimUserMembership user-0007 | ForEach-Object displayName")).ToString());
        _engine.Good("'user-0001', 'user-0002', 'user-0004' | Sync-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(["user-0001", "user-0002", "user-0004"], Members());
        Assert.Equal(Members(), _engine.Good("Get-ScimGroupMember $g | ForEach-Object id").Select(id => id.ToString()!));
        _engine.Good("Remove-ScimGroup $g -Confirm:$false");
        Assert.Empty(_engine.Good("Get-ScimGroup"));
    }

    private string[] Members() => [.. _engine.Good("(Get-ScimGroup -Id $g.id).members | ForEach-Object value").Select(id => id.ToString()!).Order(StringComparer.Ordinal)];
}
