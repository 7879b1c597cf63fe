using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Connecting, and what a connection is to its runspace and to others.</summary>
public sealed class ConnectionTests : IDisposable
{
    private const string SecretText = "s3cret-that-must-not-show";
    private readonly Engine _engine = new();

    public ConnectionTests() => _engine.Good("$e = Start-ScimEmulator -Users 20 -Groups 3 -PassThru");

    public void Dispose()
    {
        _engine.Run("Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    private void Connect(string more = "") => _engine
        .Set("secret", Engine.Secure("emulator-secret"))
        .Good($"Connect-Scim -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -BaseUri $e.BaseUri -Authority $e.Authority {more}");

    [Fact]
    public void A_trace_holds_what_went_over_the_wire_and_no_secret()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("psscim-trace-").FullName, "trace.txt");
        Connect($"-TracePath '{file}'");
        _engine.Good("Get-ScimUser -First 2");
        string token = _engine.Good("Get-ScimAccessToken -AsPlainText")[0].ToString();
        string trace = File.ReadAllText(file);
        Assert.Contains("client_secret=***", trace, StringComparison.Ordinal);
        Assert.Contains("/rp/scim/users?count=2", trace, StringComparison.Ordinal);
        Assert.Contains("\"userName\":\"", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("emulator-secret", trace, StringComparison.Ordinal);
        Assert.DoesNotContain(token, trace, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Connecting_prints_nothing_and_costs_one_token_request()
    {
        Assert.Empty(_engine.Good("Connect-Scim -Emulator"));
        PSObject context = Assert.Single(_engine.Good("Get-ScimUser -First 1 | ForEach-Object { }; Get-ScimContext"));
        Assert.Equal(1L, context.Properties["TokenRequests"].Value);
        Assert.Equal(1L, context.Properties["Requests"].Value);
        Assert.Equal(1L, context.Properties["BillableRequests"].Value);
        Assert.Equal(0.002m, context.Properties["EstimatedCost"].Value);
        Assert.True((long)context.Properties["BytesReceived"].Value > 500);
    }

    [Fact]
    public void A_secret_connects_by_address_and_the_path_tells_Entra()
    {
        Connect();
        Assert.Single(_engine.Good("Get-ScimUser -First 1"));
        PSObject context = _engine.Good("Get-ScimContext")[0];
        Assert.Equal("Entra", context.Properties["Service"].Value);
        Assert.Equal("ClientSecret", context.Properties["Credential"].Value);
    }

    [Fact]
    public void Another_server_is_free_of_charge()
    {
        PSObject context = _engine.Set("token", Engine.Secure("t"))
            .Good("Connect-Scim -BaseUri https://scim.example.org/v2 -AccessToken $token -PassThru")[0];
        Assert.Equal("Generic", context.Properties["Service"].Value);
        Assert.Equal(0m, context.Properties["EstimatedCost"].Value);
        Assert.Null(context.Properties["TenantId"].Value);
    }

    [Fact]
    public void A_wrong_secret_is_explained_and_shown_nowhere()
    {
        _engine.Set("secret", Engine.Secure(SecretText));
        Engine.Result result = _engine.Run(
            "Connect-Scim -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -BaseUri $e.BaseUri -Authority $e.Authority -Verbose -Debug");
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("AuthenticationFailed,PSScim.Commands.ConnectScimCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        Assert.Contains("AADSTS7000215", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("Correlation ID", error.Exception.Message, StringComparison.Ordinal);
        string everything = string.Join("\n", result.Verbose) + error.Exception + error + PSSerializer.Serialize(error, 4);
        Assert.DoesNotContain(SecretText, everything, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_shows_no_secret_and_no_token()
    {
        _engine.Set("token", Engine.Secure(SecretText));
        string dump = PSSerializer.Serialize(_engine.Good("Connect-Scim -BaseUri $e.BaseUri -AccessToken $token -PassThru")[0], 5);
        Assert.DoesNotContain(SecretText, dump, StringComparison.Ordinal);
        Assert.Contains(_engine.Good("$e.BaseUri")[0].ToString(), dump, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fabrikam.example", null, "AADSTS90002")]
    [InlineData(null, "11111111-2222-3333-4444-555555555555", "AADSTS700016")]
    public void An_unknown_tenant_or_client_is_explained(string? tenant, string? client, string code)
    {
        _engine.Set("secret", Engine.Secure("emulator-secret")).Set("tenant", tenant).Set("client", client);
        ErrorRecord error = _engine.Bad(
            "if (!$tenant) { $tenant = $e.TenantId }; if (!$client) { $client = $e.ClientId }; Connect-Scim -TenantId $tenant -ClientId $client -ClientSecret $secret -BaseUri $e.BaseUri -Authority $e.Authority");
        Assert.Contains(code, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_connection_there_is_one_clear_error()
    {
        foreach (string command in new[] { "Get-ScimUser", "Get-ScimGroup", "Get-ScimSchema", "Get-ScimUser -Id x" })
        {
            ErrorRecord error = _engine.Bad(command);
            Assert.StartsWith("NotConnected,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("Connect-Scim", error.Exception.Message, StringComparison.Ordinal);
        }
        Assert.Empty(_engine.Good("Get-ScimContext; Disconnect-Scim"));
    }

    [Fact]
    public void The_default_connection_belongs_to_its_runspace()
    {
        Connect();
        using var other = new Engine();
        Assert.StartsWith("NotConnected,", other.Bad("Get-ScimUser").FullyQualifiedErrorId, StringComparison.Ordinal);
        other.Good("Disconnect-Scim");
        Assert.Single(_engine.Good("Get-ScimUser -First 1"));
    }

    [Fact]
    public void A_connection_may_be_used_in_many_runspaces_at_once()
    {
        object connection = _engine.Good("Connect-Scim -Emulator -PassThru")[0].BaseObject;
        string[] ids = [.. _engine.Good("Get-ScimUser | ForEach-Object id").Select(i => i.ToString()!)];
        Parallel.ForEach(ids, new ParallelOptions { MaxDegreeOfParallelism = 8 }, id =>
        {
            using var engine = new Engine();
            PSObject user = engine.Set("c", connection).Set("id", id).Good("Get-ScimUser -Id $id -Connection $c")[0];
            Assert.Equal(id, user.Properties["id"].Value);
        });
        Assert.Equal(1L, _engine.Good("(Get-ScimContext).TokenRequests")[0].BaseObject);
        Assert.Equal(21L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
    }

    [Fact]
    public void Connections_have_names_and_a_closed_one_says_so()
    {
        Connect("-Name first");
        Connect("-Name second");
        Assert.Equal(["first", "second"], _engine.Good("Get-ScimContext -ListAvailable | ForEach-Object Name").Select(n => n.ToString()));
        Assert.Equal("second", _engine.Good("(Get-ScimContext).Name")[0].ToString());
        Assert.Single(_engine.Good("Get-ScimUser -First 1 -Connection first"));
        _engine.Good("$c = Get-ScimContext first; Disconnect-Scim first");
        Assert.StartsWith("NotConnected,", _engine.Bad("Get-ScimUser -Connection $c").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(1L, _engine.Good("$c.Requests")[0].BaseObject);
        Assert.Equal("second", _engine.Good("(Get-ScimContext).Name")[0].ToString());
        Assert.StartsWith("ConnectionNotFound,", _engine.Bad("Get-ScimUser -Connection nothere").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_without_a_name_takes_the_place_of_the_one_before_it_which_is_closed()
    {
        _engine.Good("Connect-Scim -Emulator -Name kept; foreach ($i in 1..20) { Connect-Scim -Emulator }");
        ScimConnection former = Default();
        _engine.Good("Connect-Scim -Emulator");
        Assert.False(former.IsConnected);
        Assert.Equal(2, _engine.Good("Get-ScimContext -ListAvailable").Length);
        // One that somebody holds stays, as does one that has a name.
        Assert.Equal(3, _engine.Good("$mine = Connect-Scim -Emulator -PassThru; Connect-Scim -Emulator; Get-ScimUser -First 3 -Connection $mine").Length);
        Assert.Equal(3, _engine.Good("$shown = Get-ScimContext; Connect-Scim -Emulator; Get-ScimUser -First 3 -Connection $shown").Length);
        Assert.Equal(3, _engine.Good("Get-ScimUser -First 3 -Connection kept").Length);
        _engine.Good("Connect-Scim -Emulator -Name again");
        former = Default();
        _engine.Good("Connect-Scim -Emulator -Name again");
        Assert.False(former.IsConnected);
    }

    [Fact]
    public void A_command_keeps_the_connection_that_it_began_with()
    {
        Connect();
        ScimConnection former = Default();
        Assert.Equal(20, _engine.Good("Get-ScimUser -PageSize 5 -Attributes id | ForEach-Object { Connect-Scim -Emulator; $_ }").Length);
        Assert.False(former.IsConnected);
        Assert.Equal(4, former.Requests);
        former = Default();
        Assert.Equal(20, _engine.Good("Get-ScimUser | ForEach-Object { Connect-Scim -Emulator; @{ id = $_.id; title = 'x' } } | Set-ScimUser -PassThru").Length);
        Assert.False(former.IsConnected);
    }

    /// <summary>The default connection, without handing it out.</summary>
    private ScimConnection Default()
    {
        Runspace? before = Runspace.DefaultRunspace;
        Runspace.DefaultRunspace = _engine.Runspace;
        try
        {
            return RunspaceState.Current.Default!;
        }
        finally
        {
            Runspace.DefaultRunspace = before;
        }
    }

    [Theory]
    [InlineData("https://no-such-host.invalid/scim", "NameNotFound")]
    [InlineData("http://scim.example.org", "UnencryptedTransport")]
    [InlineData("nonsense", "InvalidConfiguration")]
    public void An_address_that_cannot_be_reached_says_why(string address, string id)
    {
        _engine.Set("token", Engine.Secure("token")).Set("a", address);
        ErrorRecord error = _engine.Bad("Connect-Scim -BaseUri $a -AccessToken $token -MaximumRetryCount 0 -ErrorAction Stop; Get-ScimUser");
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_connection_says_so()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        _engine.Set("token", Engine.Secure("token"));
        ErrorRecord error = _engine.Bad($"Connect-Scim -BaseUri http://127.0.0.1:{port}/scim -AccessToken $token -MaximumRetryCount 0; Get-ScimUser");
        Assert.StartsWith("ConnectionRefused,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void The_budget_refuses_before_it_sends_and_says_where_to_go_on()
    {
        _engine.Good("$big = Start-ScimEmulator -Users 450 -PassThru; Connect-Scim -Emulator -RequestBudget 2");
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.Equal(200, result.Output.Length);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith("BudgetExceeded,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        string cursor = Assert.IsType<ScimException>(error.Exception).Cursor!;
        Assert.Equal(250, _engine.Set("cursor", cursor).Good("Connect-Scim -Emulator; Get-ScimUser -Cursor $cursor").Length);
        _engine.Good("Stop-ScimEmulator $big");
    }
}
