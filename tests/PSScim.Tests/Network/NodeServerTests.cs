using System;
using System.Linq;
using System.Management.Automation;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>Servers that others wrote, scimmy with scimmy-routers and Better Auth, through the cmdlets.</summary>
public sealed class NodeServerTests : IDisposable
{
    private const string Scimmy = "scimmy";
    private const string BetterAuth = "better-auth";

    private readonly Engine _engine = new();

    public NodeServerTests() => _engine.Set("token", Engine.Secure(NodeServer.Token));

    public void Dispose() => _engine.Dispose();

    private async Task<NodeServer> Connect(string name, int users)
    {
        NodeServer server = await NodeServer.Start(name, users);
        _engine.Set("uri", server.BaseUri).Good("Connect-Scim -BaseUri $uri -AccessToken $token");
        return server;
    }

    /// <summary>At the boundaries: none, one, a page, a page and one, ten pages.</summary>
    [NodeServerTheory]
    [InlineData(Scimmy, 0)]
    [InlineData(Scimmy, 1)]
    [InlineData(Scimmy, 20)]
    [InlineData(Scimmy, 21)]
    [InlineData(Scimmy, 200)]
    [InlineData(BetterAuth, 0)]
    [InlineData(BetterAuth, 1)]
    [InlineData(BetterAuth, 20)]
    [InlineData(BetterAuth, 21)]
    [InlineData(BetterAuth, 200)]
    public async Task Every_user_comes_once(string name, int users)
    {
        using NodeServer server = await Connect(name, users);
        string[] ids = [.. _engine.Good("Get-ScimUser -PageSize 20 | ForEach-Object id").Select(id => id.ToString()!)];
        Assert.Equal((users, users), (ids.Length, ids.Distinct().Count()));
        Assert.Equal(users, _engine.Good("Get-ScimUser").Length);
        Assert.Equal(Math.Min(users, 3), _engine.Good("Get-ScimUser -First 3").Length);
    }

    [NodeServerTheory]
    [InlineData(Scimmy)]
    [InlineData(BetterAuth)]
    public async Task Users_are_found_and_read(string name)
    {
        using NodeServer server = await Connect(name, 25);
        PSObject found = Assert.Single(_engine.Good("$found = Get-ScimUser -Filter 'userName eq \"user-0007@contoso.com\"'; $found"));
        Assert.Equal("User 7", found.Properties["displayName"].Value);
        Assert.Equal(13, _engine.Good("Get-ScimUser | Where-Object active").Length);
        PSObject read = Assert.Single(_engine.Good("Get-ScimUser -Id $found.id -Attributes userName"));
        Assert.Equal("user-0007@contoso.com", read.Properties["userName"].Value);
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Get-ScimUser -Id nobody").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.NotEmpty(_engine.Good("Get-ScimSchema"));
        Assert.Equal(true, _engine.Good("(Get-ScimServiceProviderConfig).patch.supported")[0].BaseObject);
        Assert.StartsWith(
            "InvalidAuthenticationToken,",
            _engine.Set("bad", Engine.Secure("bad")).Bad("Connect-Scim -BaseUri $uri -AccessToken $bad; Get-ScimUser").FullyQualifiedErrorId,
            StringComparison.Ordinal);
    }

    [NodeServerTheory]
    [InlineData(Scimmy)]
    [InlineData(BetterAuth)]
    public async Task Users_are_created_changed_and_deleted(string name)
    {
        using NodeServer server = await Connect(name, 3);
        _engine.Good("""
            $zero, $one, $two = 0..2 | ForEach-Object { Get-ScimUser -UserName "user-000$_@contoso.com" }
            $made = New-ScimUser -UserName ada@contoso.com -DisplayName Ada -Attributes @{ externalId = 'ada'; emails = @(@{ value = 'ada@contoso.com'; primary = $true }) }
            $made.displayName = 'Countess'
            $made | Set-ScimUser -Title Enchantress
            Set-ScimUser $one -Title Clerk -Replace @{ 'name.givenName' = 'Bob' }
            Disable-ScimUser $two, $made -Confirm:$false
            """);
        Assert.Equal("ada@contoso.com Countess Enchantress False", _engine.Good("Get-ScimUser -UserName ada@contoso.com | ForEach-Object { \"$($_.userName) $($_.displayName) $($_.title) $($_.active)\" }")[0].ToString());
        Assert.Equal("Clerk Bob False", _engine.Good("$u = $one | Get-ScimUser; \"$($u.title) $($u.name.givenName) $($u.active)\"")[0].ToString());
        Assert.Equal(false, _engine.Good("($two | Get-ScimUser).active")[0].BaseObject);
        _engine.Good("Set-ScimUser $one -Clear title");
        Assert.Equal(true, _engine.Good("$null -eq ($one | Get-ScimUser).title")[0].BaseObject);
        Assert.StartsWith(
            "Uniqueness,",
            _engine.Bad("New-ScimUser -UserName user-0000@contoso.com -DisplayName Other -Attributes @{ externalId = 'other' }").FullyQualifiedErrorId,
            StringComparison.Ordinal);
        _engine.Good("$made, $zero | Remove-ScimUser -Confirm:$false");
        Assert.Equal(["user-0001@contoso.com", "user-0002@contoso.com"], Ids("Get-ScimUser", "userName"));
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Remove-ScimUser $zero -Confirm:$false").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [NodeServerTheory]
    [InlineData(Scimmy)]
    [InlineData(BetterAuth)]
    public async Task Members_come_and_go(string name)
    {
        using NodeServer server = await Connect(name, 30);
        _engine.Good("$users = Get-ScimUser; $g = New-ScimGroup -DisplayName Graz; $users | Add-ScimGroupMember $g");
        Assert.Equal(30, Members().Length);
        // Who is a member already is kept twice by scimmy.
        _engine.Good("$users[3] | Add-ScimGroupMember $g; $users[3..5] | Remove-ScimGroupMember $g -Confirm:$false");
        Assert.Equal(27, Members().Length);
        Assert.Empty(Members().Intersect(Ids("$users[3..5]")));
        _engine.Good("$users[1], $users[2], $users[4] | Sync-ScimGroupMember $g -Force -Confirm:$false");
        Assert.Equal(Ids("$users[1], $users[2], $users[4]"), Members());
        Assert.Equal(Members(), Ids("Get-ScimGroupMember $g"));
        _engine.Good("Remove-ScimGroup $g -Confirm:$false");
        Assert.Empty(_engine.Good("Get-ScimGroup"));
    }

    private string[] Members() => Ids("(Get-ScimGroup -Id $g.id).members", "value");

    private string[] Ids(string script, string property = "id") =>
        [.. _engine.Good($"{script} | ForEach-Object {property}").Select(id => id.ToString()!).Order(StringComparer.Ordinal)];
}
