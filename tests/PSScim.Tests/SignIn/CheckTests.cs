using System;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>Test-ScimConnection: its rows for each thing that can be wrong, and what it spends.</summary>
public sealed class CheckTests : IDisposable
{
    private static readonly string[] s_all =
    [
        "NameResolution", "Connection", "Token", "Audience", "ReadUsers", "ReadGroups", "ReadMembers", "WriteUsers",
        "WriteGroups", "WriteMembers", "ApiEnabled", "ReadOneUser",
    ];

    private Identities _identities = new();

    private Engine Engine => _identities.Engine;

    public void Dispose() => _identities.Dispose();

    private void Start(string more)
    {
        _identities.Dispose();
        _identities = new Identities(more);
    }

    private ScimCheck[] Checks(string more = "") =>
        [.. Engine.Good("Test-ScimConnection " + more).Select(row => (ScimCheck)row.BaseObject)];

    /// <summary>All passed before the one that failed, with advice, and the rest skipped.</summary>
    private static void FailsAt(string name, ScimCheck[] rows, string advice)
    {
        int at = Array.FindIndex(rows, row => row.Status == "Failed");
        Assert.Equal(name, rows[at].Name);
        Assert.Contains(advice, rows[at].Advice, StringComparison.Ordinal);
        Assert.All(rows.Take(at), row => Assert.NotEqual("Failed", row.Status));
        Assert.All(rows.Skip(at + 1), row => Assert.Equal("Skipped", row.Status));
    }

    [Fact]
    public void Against_the_emulator_all_pass_for_one_billable_request()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        ScimCheck[] rows = Checks();
        Assert.Equal(s_all, rows.Select(row => row.Name));
        Assert.All(rows, row => Assert.Equal(("Passed", ""), (row.Status, row.Advice)));
        Assert.All(rows, row => Assert.NotEmpty(row.Detail));
        Assert.Equal((1L, 1L), (_identities.Count("billable"), _identities.Count("token")));
        Assert.Equal(s_all.Where(name => !name.StartsWith("Write", StringComparison.Ordinal)), Checks("-ReadOnly").Select(row => row.Name));
    }

    [Fact]
    public void It_says_beforehand_what_it_costs()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        // The first thing that comes is the announcement, before any row.
        PSObject[] output = Engine.Good("Test-ScimConnection 6>&1");
        Assert.Contains("at most one billable request (USD 0.002)", Assert.IsType<InformationRecord>(output[0].BaseObject).ToString(), StringComparison.Ordinal);
        Assert.Equal(s_all.Length + 1, output.Length);
    }

    [Fact]
    public void A_name_without_address_and_a_closed_port_are_told_apart()
    {
        Engine.Good("Connect-Scim -AccessToken $secret -BaseUri https://no-such-host.invalid/rp/scim");
        FailsAt("NameResolution", Checks(), "DNS");
        Engine.Good($"Connect-Scim -AccessToken $secret -BaseUri http://127.0.0.1:{Ports.Free()}/rp/scim -MaximumRetryCount 0");
        FailsAt("Connection", Checks(), "firewall");
    }

    [Fact]
    public void A_server_that_speaks_no_TLS_fails_at_the_connection()
    {
        Engine.Good("Connect-Scim -AccessToken $secret -BaseUri ($e.BaseUri -replace '^http:', 'https:') -MaximumRetryCount 0");
        ScimCheck failed = Checks().First(row => row.Status == "Failed");
        Assert.Equal("Connection", failed.Name);
        Assert.Equal(0, _identities.Count("billable"));
    }

    [Fact]
    public void A_token_that_is_not_given_any_more_fails_before_money_is_spent()
    {
        string file = System.IO.Path.GetTempFileName();
        System.IO.File.WriteAllText(file, _identities.OutsideToken());
        Engine.Set("file", file).Good($"{Identities.Connect} -FederatedTokenFile $file; $c = Get-ScimContext");
        System.IO.File.Delete(file);
        _identities.ExpireTokens();
        Assert.StartsWith("FederatedTokenUnavailable,", Engine.Bad("Get-ScimUser -First 1").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(0, _identities.Count("billable"));
    }

    [Fact]
    public void A_token_that_cannot_be_had_fails_its_row_and_nothing_is_spent()
    {
        // A token that is over as soon as it is given, so that another is needed at once.
        _identities.Inject("""{"action":"body","text":"{\"access_token\":\"brief\",\"expires_in\":0}","path":"/oauth2/"}""");
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        _identities.Inject("""{"action":"tokenRefusal","code":7000222,"times":9}""");
        ScimCheck[] rows = Checks();
        FailsAt("Token", rows, "Add a new client secret");
        Assert.Contains("AADSTS7000222", rows[2].Detail, StringComparison.Ordinal);
        Assert.Equal(0, _identities.Count("billable"));
    }

    [Theory]
    [InlineData("https://elsewhere.example.org", "")]
    [InlineData("https://graph.microsoft.com", "-Scope https://elsewhere.example.org/.default")]
    public void A_token_for_another_service_fails_its_row_and_nothing_is_spent(string audience, string more)
    {
        string Part(string json) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        long expiry = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        string token = Part("""{"alg":"RS256","typ":"JWT"}""") + "." + Part($$"""{"aud":"{{audience}}","exp":{{expiry}},"roles":["User.Read.All"]}""") + ".c2lnbmF0dXJl";
        Engine.Set("token", Engine.Secure(token)).Good($"Connect-Scim -AccessToken $token -BaseUri $e.BaseUri {more}");
        FailsAt("Audience", Checks(), "Check -Scope");
        Assert.Equal((0L, 0L), (_identities.Count("billable"), _identities.Count("list")));
    }

    [Theory]
    [InlineData("User.ReadBasic.All,Group.Read.All", "ReadMembers", "User.Read.All")]
    [InlineData("User.Read.All", "ReadGroups", "Group.Read.All")]
    [InlineData("Group.ReadWrite.All", "ReadUsers", "User.ReadBasic.All")]
    [InlineData("User.Read.All,Group.Read.All", "WriteUsers", "User.Create with User.ReadUpdate.All")]
    [InlineData("User.ReadWrite.All,Group.Read.All", "WriteGroups", "Group.ReadWrite.All")]
    public void A_permission_that_lacks_is_named_and_nothing_is_spent(string roles, string name, string advice)
    {
        Start("-Role " + roles);
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        FailsAt(name, Checks(), advice);
        Assert.Equal(0, _identities.Count("billable"));
    }

    [Fact]
    public void Reading_alone_needs_no_permission_to_write()
    {
        Start("-Role User.Read.All,Group.Read.All");
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        Assert.All(Checks("-ReadOnly"), row => Assert.Equal("Passed", row.Status));
    }

    [Theory]
    [InlineData(400, "false")]
    [InlineData(401, "false")]
    [InlineData(400, "true")]
    [InlineData(401, "true")]
    public void An_API_that_is_not_switched_on_is_an_answer_not_a_puzzle(int status, string subscription)
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        _identities.Inject($$"""{"action":"apiNotEnabled","status":{{status}},"subscription":{{subscription}},"times":9}""");
        ScimCheck[] rows = Checks();
        FailsAt("ApiEnabled", rows, "Turn on the SCIM Provisioning API");
        Assert.Equal(0, _identities.Count("billable"));
    }

    [Theory]
    [InlineData("""{"action":"status","status":403,"times":9}""", "permission")]
    [InlineData("""{"action":"status","status":429,"retryAfter":"0","times":9}""", "Wait")]
    [InlineData("""{"action":"status","status":500,"times":9}""", "request ID")]
    [InlineData("""{"action":"status","status":503,"times":9}""", "request ID")]
    [InlineData("""{"action":"status","status":504,"times":9}""", "request ID")]
    [InlineData("""{"action":"hang","times":9}""", "Try again")]
    [InlineData("""{"action":"resetBefore","times":9}""", "proxy")]
    [InlineData("""{"action":"htmlBody"}""", "web page")]
    [InlineData("""{"action":"garbageBody"}""", "-BaseUri")]
    [InlineData("""{"action":"redirect","location":"https://elsewhere.example.org/"}""", "-BaseUri")]
    public void A_read_that_fails_says_why(string fault, string advice)
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret -MaximumRetryCount 1 -TimeoutSec 2 -RetryIntervalSec 1");
        _identities.Inject(fault);
        ScimCheck read = Checks().Last();
        Assert.Equal(("ReadOneUser", "Failed"), (read.Name, read.Status));
        Assert.Contains(advice, read.Advice, StringComparison.Ordinal);
        Assert.InRange(_identities.Count("billable"), 0, 1);
    }

    [Fact]
    public void An_answer_that_is_lost_is_not_asked_for_again()
    {
        Engine.Good($"{Identities.Connect} -ClientSecret $secret -RetryIntervalSec 1");
        // The service has done the work, and would bill the second try like the first.
        _identities.Inject("""{"action":"resetAfter","times":9}""");
        Assert.Equal("Failed", Checks().Last().Status);
        Assert.Equal(1, _identities.Count("list"));
    }
}
