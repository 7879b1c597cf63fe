using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>A server that ignores filters hands nobody to a command that removes.</summary>
public sealed class IgnoredFilterTests : IDisposable
{
    private readonly Engine _engine = new();

    public IgnoredFilterTests() => _engine.Set("secret", Engine.Secure("emulator-secret")).Good("""
        $e = Start-ScimEmulator -Users 230 -Groups 3 -Quirk ignored-filter -PassThru
        Connect-Scim -BaseUri $e.PlainBaseUri -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -Authority $e.Authority
        $user = Get-ScimUser -First 1
        """);

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    [Theory]
    [InlineData("-UserName leaver@contoso.com")]
    [InlineData("-UserName *@fabrikam.com")]
    [InlineData("-UserName $user.userName")]
    [InlineData("-UserName $user.userName -Attributes id")]
    [InlineData("-DisplayName Nobody")]
    [InlineData("-ExternalId leaver-1")]
    [InlineData("-MailNickname nobody")]
    [InlineData("-Enabled $false")]
    [InlineData("-Filter 'userName eq \"leaver@contoso.com\"'")]
    [InlineData("{ userName -like 'leaver*' -and active -eq $true }")]
    [InlineData("{ title -eq 'Leaver' } -First 5")]
    [InlineData("{ department -eq 'Leavers' } -Attributes id")]
    public void Nobody_is_removed_who_does_not_match(string parameters)
    {
        ErrorRecord error = _engine.Bad($"Get-ScimUser {parameters} | Remove-ScimUser -Confirm:$false");
        Assert.StartsWith("FilterIgnored,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-ClientSideFilter", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(230, _engine.Good("Get-ScimUser -Attributes id").Length);
    }

    [Fact]
    public void With_ClientSideFilter_just_those_come_who_match()
    {
        PSObject found = Assert.Single(_engine.Good("Get-ScimUser -UserName $user.userName -ClientSideFilter -Attributes title"));
        Assert.Equal(_engine.Good("$user.id")[0], found.Properties["id"].Value);
        Assert.Equal(["id", "title"], found.Properties.Select(p => p.Name));
    }

    [Fact]
    public void An_export_of_a_filter_that_is_ignored_fails()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("psscim-export-").FullName, "users.csv");
        ErrorRecord error = _engine.Set("path", path).Bad("Export-ScimUser $path -UserName leaver@contoso.com -Attributes id");
        Assert.StartsWith("FilterIgnored,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_user_that_a_server_gives_twice_comes_once_with_a_warning()
    {
        using var server = new OtherServer(request => (200, request.QueryString["startIndex"] is null
            ? """{"totalResults":4,"Resources":[{"id":"1","userName":"ann"},{"id":"2","userName":"bo"}]}"""
            : """{"totalResults":4,"Resources":[{"id":"2","userName":"bo"},{"id":3,"userName":"cy"}]}"""));
        Engine.Result result = _engine.Set("t", Engine.Secure("token")).Set("b", server.BaseUri)
            .Run("Connect-Scim -BaseUri $b -AccessToken $t; Get-ScimUser -PageSize 2");
        Assert.Empty(result.Errors);
        Assert.Equal(["ann", "bo", "cy"], result.Output.Select(user => user.Properties["userName"].Value.ToString()));
        Assert.Equal("The server returned 1 users more than once. Each is given once, by its id.", Assert.Single(result.Warnings));
    }

    [Fact]
    public void A_look_up_that_finds_a_user_twice_or_by_a_number_is_not_ambiguous()
    {
        using var server = new OtherServer(request => request.HttpMethod == "GET"
            ? (200, """{"totalResults":2,"Resources":[{"id":7,"userName":1001},{"id":7,"userName":1001}]}""")
            : (200, """{"id":7,"userName":1001,"title":"x"}"""));
        _engine.Set("t", Engine.Secure("token")).Set("b", server.BaseUri)
            .Good("Connect-Scim -BaseUri $b -AccessToken $t; Set-ScimUser -UserName 1001 -Title x");
        Assert.Contains(server.Asked, asked => asked.StartsWith("PATCH /scim/Users/7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ignored-filter")]
    [InlineData("hidden-members")]
    public void Memberships_are_found_where_filters_find_nobody(string quirk)
    {
        if (quirk != "ignored-filter")
            _engine.Good($$"""
                Stop-ScimEmulator $e
                $e = Start-ScimEmulator -Users 230 -Groups 3 {{(quirk.Length > 0 ? "-Quirk " + quirk : "")}} -PassThru
                Connect-Scim -BaseUri $e.PlainBaseUri -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -Authority $e.Authority
                """);
        _engine.Good("$users = @(Get-ScimUser); $groups = @(Get-ScimGroup); $users[0..24] | Add-ScimGroupMember $groups[1]; $users[3] | Add-ScimGroupMember $groups[2]");
        string[] Ids(string script) => [.. _engine.Good(script + " | ForEach-Object id").Select(id => id.ToString()!)];
        Assert.Equal(Ids("$users[0..24]"), Ids("Get-ScimUser -MemberOf $groups[1]"));
        Assert.Equal(Ids("$users[0..24]"), Ids("Get-ScimGroupMember $groups[1]"));
        Assert.Equal(Ids("$users[3]"), Ids("Get-ScimUser -MemberOf $groups[1] -UserName $users[3].userName -Attributes title"));
        Assert.Empty(Ids("Get-ScimUser -MemberOf $groups[0]"));
        Assert.Equal(Ids("$groups[1..2]"), Ids("Get-ScimGroup -Member $users[3]"));
        Assert.Equal(Ids("$groups[1..2]"), Ids("Get-ScimUserMembership $users[3]"));
        Assert.Empty(Ids("Get-ScimUserMembership $users[30]"));
    }
}
