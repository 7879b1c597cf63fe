using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>The ways to sign in that need neither a certificate nor the environment.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly Identities _identities = new();

    private Engine Engine => _identities.Engine;

    public void Dispose() => _identities.Dispose();

    [Fact]
    public void A_client_secret_costs_one_token_request_and_the_first_user_one_page()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        Assert.Equal(1, _identities.Count("total"));
        ScimConnection connection = _identities.ReadsAUser();
        Assert.Equal("ClientSecret", connection.Credential);
        Assert.Equal((1, 1, 2), (_identities.Count("token"), _identities.Count("list"), _identities.Count("total")));
        Assert.Equal((1, 1), (connection.TokenRequests, connection.Requests));
    }

    [Fact]
    public void A_credential_object_names_client_and_secret()
    {
        Engine.Set("pair", new PSCredential(_identities.Emulator.ClientId, Engine.Secure(_identities.Emulator.ClientSecret)));
        Engine.Good("Connect-Scim -TenantId $e.TenantId -ClientSecretCredential $pair -BaseUri $e.BaseUri -Authority $e.Authority");
        ScimConnection connection = _identities.ReadsAUser();
        Assert.Equal(("ClientSecret", _identities.Emulator.ClientId), (connection.Credential, connection.ClientId));
    }

    [Fact]
    public void A_federated_token_signs_in_and_a_wrong_one_is_explained()
    {
        Engine.Set("token", Engine.Secure(_identities.OutsideToken())).Good($"{Identities.Connect} -FederatedToken $token");
        Assert.Equal("FederatedToken", _identities.ReadsAUser().Credential);
        Engine.Set("token", Engine.Secure(_identities.OutsideToken("elsewhere")));
        Assert.Contains("AADSTS700212", Engine.Bad($"{Identities.Connect} -FederatedToken $token").Exception.Message, StringComparison.Ordinal);
        Engine.Set("token", Engine.Secure("no JWT"));
        Assert.StartsWith("FederatedTokenUnavailable,", Engine.Bad($"{Identities.Connect} -FederatedToken $token").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_file_is_read_anew_at_each_sign_in()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, _identities.OutsideToken() + "\n");
            Engine.Set("file", file).Good($"{Identities.Connect} -FederatedTokenFile $file");
            Assert.Equal("FederatedTokenFile", _identities.ReadsAUser().Credential);
            _identities.ExpireTokens();
            File.WriteAllText(file, "no token any more");
            Assert.StartsWith("FederatedTokenUnavailable,", Engine.Bad("Get-ScimUser -First 1").FullyQualifiedErrorId, StringComparison.Ordinal);
            File.WriteAllText(file, _identities.OutsideToken());
            Assert.Equal(2, _identities.ReadsAUser().TokenRequests);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void An_access_token_is_used_as_it_is_and_never_renewed()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret; $token = Get-ScimAccessToken");
        Engine.Good("Connect-Scim -AccessToken $token -BaseUri $e.BaseUri");
        ScimConnection connection = _identities.ReadsAUser();
        Assert.Equal(("AccessToken", 0L), (connection.Credential, connection.TokenRequests));
        _identities.ExpireTokens();
        Assert.StartsWith("InvalidAuthenticationToken,", Engine.Bad("Get-ScimUser -First 1").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get-ScimAccessToken -Connection source")]
    [InlineData("Get-ScimAccessToken -Connection source -AsPlainText")]
    [InlineData("'Bearer ' + (Get-ScimAccessToken -Connection source -AsPlainText)")]
    [InlineData("[pscustomobject]@{ Token = Get-ScimAccessToken -Connection source }")]
    public void A_script_block_gives_a_token_whenever_one_is_needed(string script)
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret -Name source");
        Engine.Good($"$global:calls = 0; Connect-Scim -BaseUri $e.BaseUri -Name asked -AccessTokenProvider {{ $global:calls++; {script} }}");
        _identities.ReadsAUser();
        Assert.Equal("AccessTokenProvider", _identities.ReadsAUser().Credential);
        Assert.Equal(1, Engine.Good("$calls")[0].BaseObject);
        _identities.ExpireTokens();
        Engine.Good("$null = Get-ScimUser -First 1 -Connection source");
        _identities.ReadsAUser();
        Assert.Equal(2, Engine.Good("$calls")[0].BaseObject);
    }

    [Theory]
    [InlineData("throw 'no vault'", "AccessTokenProviderFailed", "no vault")]
    [InlineData("", "AccessTokenProviderFailed", "didn't return a string")]
    [InlineData("Get-Command Get-Command", "AccessTokenProviderFailed", "")]
    [InlineData("'two words'", "TokenResponseInvalid", "")]
    public void A_script_block_that_gives_no_token_is_told(string script, string id, string words)
    {
        ErrorRecord error = Engine.Bad($"Connect-Scim -BaseUri $e.BaseUri -AccessTokenProvider {{ {script} }}");
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_and_password_go_with_each_request()
    {
        using var server = new HttpListener();
        string address = $"http://127.0.0.1:{Ports.Free()}/scim/";
        server.Prefixes.Add(address);
        server.Start();
        Task<string?> seen = Task.Run(async () =>
        {
            HttpListenerContext request = await server.GetContextAsync();
            request.Response.ContentType = "application/scim+json";
            await request.Response.OutputStream.WriteAsync("""{"id":"1","userName":"a"}"""u8.ToArray());
            request.Response.Close();
            return request.Request.Headers["Authorization"];
        });
        // The pair of RFC 7617 section 2.
        Engine.Set("pair", new PSCredential("Aladdin", Engine.Secure("open sesame"))).Set("address", address);
        Engine.Good("Connect-Scim -BaseUri $address -Credential $pair -Compatibility SkipDiscovery");
        Assert.Equal("a", Engine.Good("(Get-ScimUser -Id 1).userName")[0].ToString());
        Assert.Equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", await seen);
        Assert.StartsWith("TokenNotReadable,", Engine.Bad("Get-ScimAccessToken").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0L, Engine.Good("(Get-ScimContext).TokenRequests")[0].BaseObject);
    }

    [Theory]
    [InlineData("-AccessToken $secret -Authority https://login.example.org", "-Authority")]
    [InlineData("-Identity -Authority https://login.example.org", "-Authority")]
    [InlineData("-Credential $pair -Scope x -BaseUri https://scim.example.org", "-Scope")]
    [InlineData("-Credential $pair", "-BaseUri")]
    [InlineData("-Emulator -BaseUri https://scim.example.org", "-BaseUri")]
    [InlineData("-AccessToken $secret -BaseUri http://scim.example.org", "-BaseUri")]
    [InlineData("-ClientSecret $secret -TenantId t -ClientId c -Authority http://login.example.org", "-Authority")]
    public void A_parameter_that_cannot_be_is_named(string parameters, string named)
    {
        Engine.Set("pair", new PSCredential("name", Engine.Secure("password")));
        Assert.Contains(named, Engine.Bad("Connect-Scim " + parameters).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(Engine.Good("Get-ScimContext"));
    }

    [Fact]
    public void Who_insists_may_go_unencrypted()
    {
        Engine.Good("Connect-Scim -AccessToken $secret -BaseUri http://scim.example.org -AllowUnencryptedAuthentication");
        Assert.Equal("http://scim.example.org", Engine.Good("(Get-ScimContext).BaseUri")[0].ToString());
    }

    [Theory]
    [InlineData("Global", "https://graph.microsoft.com/rp/scim")]
    [InlineData("USGov", "https://graph.microsoft.us/rp/scim")]
    [InlineData("USGovDoD", "https://dod-graph.microsoft.us/rp/scim")]
    [InlineData("China", "https://microsoftgraph.chinacloudapi.cn/rp/scim")]
    public void Each_cloud_has_its_address(string cloud, string address)
    {
        PSObject connection = Engine.Good($"Connect-Scim -AccessToken $secret -Environment {cloud} -PassThru")[0];
        Assert.Equal((cloud, address), (connection.Properties["Environment"].Value, connection.Properties["BaseUri"].Value));
    }

    [Fact]
    public void A_token_is_not_sent_on_to_another_address()
    {
        using var other = new Identities();
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        _identities.Inject($$"""{"action":"redirect","location":"{{other.Emulator.BaseUri}}/users"}""");
        Assert.StartsWith("RedirectRefused,", Engine.Bad("Get-ScimUser -First 1").FullyQualifiedErrorId, StringComparison.Ordinal);
        _identities.Inject($$"""{"action":"redirect","location":"{{other.Emulator.Authority}}/x/oauth2/v2.0/token","path":"/oauth2/"}""");
        Assert.Single(Engine.Run($"{Identities.Connect} -ClientSecret $secret").Errors);
        Assert.Equal(0, other.Count("total"));
    }

    [Theory]
    [InlineData("https://graph.microsoft.us/.default", "https://graph.microsoft.us")]
    [InlineData("https://dod-graph.microsoft.us/.default", "https://dod-graph.microsoft.us")]
    public void The_token_is_for_what_the_scope_names(string scope, string audience)
    {
        _identities.Engine.Good($"{Identities.Connect} -ClientSecret $secret -Scope {scope}");
        Assert.Equal(1, _identities.Count("token"));
        Assert.Contains(audience, Engine.Good("Test-ScimConnection -Verbose 4>&1 6>&1 | ForEach-Object { \"$_ $($_.Name) $($_.Detail)\" }").Select(line => line.ToString()).Single(line => line.Contains("Audience", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example.org/.default", "AADSTS500011")]
    [InlineData("https://graph.microsoft.com", "AADSTS1002012")]
    public void A_scope_that_the_tenant_does_not_know_is_refused(string scope, string code) =>
        Assert.Contains(code, Engine.Bad($"{Identities.Connect} -ClientSecret $secret -Scope {scope}").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Another_server_bills_nothing()
    {
        using var server = new OtherServer(request => request.Url!.AbsolutePath.EndsWith("/1", StringComparison.Ordinal)
            ? (200, """{"id":"1","userName":"a"}""")
            : (404, """{"status":"404","detail":"gone"}"""));
        Engine.Set("address", server.BaseUri).Good("Connect-Scim -BaseUri $address -AccessToken $secret; $null = Get-ScimUser -Id 1");
        Assert.StartsWith("ResourceNotFound,", Engine.Bad("Get-ScimUser -Id 2").FullyQualifiedErrorId, StringComparison.Ordinal);
        PSObject context = Engine.Good("Get-ScimContext")[0];
        Assert.Equal(2, server.Asked.Count);
        Assert.InRange((long)context.Properties["Requests"].Value, 2, 9);
        Assert.Equal((0L, 0m), (context.Properties["BillableRequests"].Value, context.Properties["EstimatedCost"].Value));
    }

    [Fact]
    public void The_price_can_be_set()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret -PricePerRequest 0.5; $null = Get-ScimUser -First 101");
        Assert.Equal(1.0m, Engine.Good("(Get-ScimContext).EstimatedCost")[0].BaseObject);
        Engine.Good($"{Identities.Connect} -ClientSecret $secret; $null = Get-ScimUser -First 101");
        Assert.Equal(0.004m, Engine.Good("(Get-ScimContext).EstimatedCost")[0].BaseObject);
    }
}
