using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Security;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>Get-ScimAccessToken, and connections by name.</summary>
public sealed class TokenTests : IDisposable
{
    private readonly Identities _identities = new();

    private Engine Engine => _identities.Engine;

    public TokenTests() => Engine.Good($"{Identities.Connect} -ClientSecret $secret");

    public void Dispose() => _identities.Dispose();

    [Fact]
    public void The_token_comes_as_a_secure_string_a_text_a_header_or_claims()
    {
        var secure = Assert.IsType<SecureString>(Assert.Single(Engine.Good("Get-ScimAccessToken")).BaseObject);
        string text = Assert.IsType<string>(Assert.Single(Engine.Good("Get-ScimAccessToken -AsPlainText")).BaseObject);
        Assert.Equal(text, new NetworkCredential("", secure).Password);
        Assert.True(secure.IsReadOnly());
        var header = Assert.IsType<Hashtable>(Assert.Single(Engine.Good("Get-ScimAccessToken -AsHeader")).BaseObject);
        Assert.Equal("Bearer " + text, header["Authorization"]);
        // A request by hand is what the header is for.
        Assert.Equal(1L, Engine.Good("(Get-ScimContext).TokenRequests")[0].BaseObject);
    }

    [Fact]
    public void Claims_tell_tenant_application_roles_and_expiry_and_that_they_are_not_validated()
    {
        var claims = Assert.IsType<ScimTokenClaims>(Assert.Single(Engine.Good("Get-ScimAccessToken -AsClaims")).BaseObject);
        Assert.Equal((_identities.Emulator.TenantId, _identities.Emulator.ClientId), (claims.TenantId, claims.ClientId));
        Assert.Equal("https://graph.microsoft.com", claims.Audience);
        Assert.Contains("User.ReadWrite.All", ((IEnumerable)claims.Roles!).Cast<object>());
        Assert.InRange(claims.ExpiresAt!.Value, DateTime.UtcNow.AddMinutes(55), DateTime.UtcNow.AddMinutes(61));
        Assert.Equal("RS256", Engine.Good("(Get-ScimAccessToken -AsClaims).Header.alg")[0].ToString());
        Assert.Equal("app", Engine.Good("(Get-ScimAccessToken -AsClaims).Payload.idtyp")[0].ToString());
        Assert.Contains("isn't validated", string.Join(' ', Engine.Good("(Get-Help Get-ScimAccessToken -Parameter AsClaims).description.Text")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_cannot_be_read_says_so()
    {
        Engine.Set("opaque", Engine.Secure("opaque")).Good("Connect-Scim -AccessToken $opaque -BaseUri $e.BaseUri");
        Assert.StartsWith("TokenNotReadable,", Engine.Bad("Get-ScimAccessToken -AsClaims").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void An_old_token_is_renewed_before_it_is_given()
    {
        string first = Engine.Good("Get-ScimAccessToken -AsPlainText")[0].ToString();
        Assert.Equal(first, Engine.Good("Get-ScimAccessToken -AsPlainText")[0].ToString());
        _identities.ExpireTokens();
        Engine.Good("$null = Get-ScimUser -First 1");
        Assert.NotEqual(first, Engine.Good("Get-ScimAccessToken -AsPlainText")[0].ToString());
    }

    [Fact]
    public void Connections_have_names_and_those_of_another_runspace_are_not_listed()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret -Name production; {Identities.Connect} -ClientSecret $secret -Name trial");
        using var other = new Engine();
        other.Good("Connect-Scim -Emulator -Name elsewhere");
        Assert.Equal(["production", "trial"], Engine.Good("Get-ScimContext -ListAvailable | ForEach-Object Name").Select(n => n.ToString()).Skip(1));
        Assert.Equal("elsewhere", Assert.Single(other.Good("Get-ScimContext -ListAvailable")).Properties["Name"].Value);
        // The token belongs to the connection: each has its own.
        Assert.NotEqual(
            Engine.Good("Get-ScimAccessToken -AsPlainText -Connection production")[0].ToString(),
            Engine.Good("Get-ScimAccessToken -AsPlainText -Connection trial")[0].ToString());
        Engine.Good("Disconnect-Scim production");
        Assert.Single(Engine.Good("Get-ScimUser -First 1 -Connection trial"));
        other.Good("Disconnect-Scim; Stop-ScimEmulator");
    }
}
