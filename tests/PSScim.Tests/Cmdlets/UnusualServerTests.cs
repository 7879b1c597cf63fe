using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Text;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Servers whose bodies, discovery or sign-in aren't what most servers have.</summary>
public sealed class UnusualServerTests : IDisposable
{
    private const string Users = """{"totalResults":1,"Resources":[{"id":"1","userName":"ann","displayName":"Zoë"}]}""";
    private readonly Engine _engine = new();

    public UnusualServerTests() => _engine.Set("t", Engine.Secure("token"));

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim");
        _engine.Dispose();
    }

    private static void Answer(HttpListenerContext context, int status, byte[] body, string contentType = "application/scim+json", string? location = null)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        if (location is not null)
            context.Response.RedirectLocation = location;
        context.Response.Close(body, willBlock: false);
    }

    private static string Last(HttpListenerContext context) => context.Request.Url!.AbsolutePath.Split('/')[^1];

    [Fact]
    public void A_byte_order_mark_before_each_body_is_no_part_of_it()
    {
        using var server = new OtherServer(context =>
        {
            string last = Last(context);
            (int status, string body) = (context.Request.HttpMethod, last) switch
            {
                ("GET", "ServiceProviderConfig") => (200, """{"patch":{"supported":false},"filter":{"supported":true,"maxResults":17}}"""),
                ("GET", "ResourceTypes") => (200, """{"Resources":[{"id":"User","endpoint":"/People"}]}"""),
                ("GET", "9") => (404, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"gone"}"""),
                ("GET", "People") => (200, Users),
                ("POST", _) => (201, """{"id":"2","userName":"bob"}"""),
                ("DELETE", _) => (204, "\r\n"),
                _ => (200, """{"id":"1","userName":"ann","title":"new"}"""),
            };
            Answer(context, status, status == 204 ? [] : [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(body)]);
        });
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        Assert.Equal("ann", _engine.Good("Get-ScimUser")[0].Properties["userName"].Value);
        Assert.Contains(server.Asked, asked => asked.Contains("/People?count=17", StringComparison.Ordinal));
        Assert.Equal("ann", _engine.Good("Get-ScimUser -Id 1")[0].Properties["userName"].Value);
        ErrorRecord error = _engine.Bad("Get-ScimUser -Id 9");
        Assert.StartsWith("ResourceNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("gone", Assert.IsType<ScimException>(error.Exception).Detail);
        Assert.Equal("new", _engine.Good("Set-ScimUser 1 -Title new2 -PassThru")[0].Properties["title"].Value);
        Assert.Contains(server.Asked, asked => asked.StartsWith("PUT", StringComparison.Ordinal));
        Assert.Equal("2", _engine.Good("New-ScimUser -UserName bob")[0].Properties["id"].Value);
        Assert.Equal(17L, _engine.Good("(Get-ScimServiceProviderConfig).filter.maxResults")[0].BaseObject);
    }

    [Theory]
    [InlineData("application/json; charset=iso-8859-1", "iso-8859-1", false)]
    [InlineData("application/scim+json;charset=\"UTF-16\"", "utf-16", false)]
    [InlineData("application/json; charset=utf-16be", "utf-16BE", false)]
    [InlineData("application/json", "utf-16", true)]
    [InlineData("text/plain", "utf-8", true)]
    public void The_charset_of_a_body_is_honored(string contentType, string encoding, bool mark)
    {
        Encoding form = Encoding.GetEncoding(encoding);
        using var server = new OtherServer(context =>
        {
            if (Last(context) is not ("Users" or "1"))
            {
                Answer(context, 404, []);
                return;
            }
            string body = Last(context) == "1" ? """{"id":"1","displayName":"Zoë"}""" : Users;
            Answer(context, 200, [.. mark ? form.GetPreamble() : [], .. form.GetBytes(body)], contentType);
        });
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        Assert.Equal("Zoë", _engine.Good("Get-ScimUser")[0].Properties["displayName"].Value);
        Assert.Equal("Zoë", _engine.Good("Get-ScimUser -Id 1")[0].Properties["displayName"].Value);
    }

    public static TheoryData<int, string, string?> Obstacles => new()
    {
        { 302, "", "http://localhost:1/login" },
        { 401, """{"status":"401","detail":"not for you"}""", null },
        { 429, "", null },
        { 200, "<!DOCTYPE html><title>Sign in</title>", null },
        { 403, "<html>no</html>", null },
    };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public void Discovery_is_advice_and_its_failure_a_warning(int status, string body, string? location)
    {
        using var server = new OtherServer(context =>
        {
            if (Last(context) == "Users")
                Answer(context, 200, Encoding.UTF8.GetBytes(Users));
            else
                Answer(context, status, Encoding.UTF8.GetBytes(body), "text/html", location);
        });
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t -MaximumRetryCount 0");
        Engine.Result result = _engine.Run("Get-ScimUser; Get-ScimUser");
        Assert.Empty(result.Errors);
        Assert.Equal(2, result.Output.Length);
        if (status != 403)
            Assert.Contains("-Compatibility SkipDiscovery", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal(2, server.Asked.Count(asked => asked.Contains("/Users", StringComparison.Ordinal)));
        Assert.InRange(server.Asked.Count(asked => asked.Contains("ResourceTypes", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public void A_token_that_is_refused_everywhere_is_one_error_and_no_warning()
    {
        using var server = new OtherServer(context => Answer(context, 401, "{}"u8.ToArray()));
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.StartsWith("InvalidAuthenticationToken,", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public void What_a_server_only_lists_is_taken_from_the_list()
    {
        const string Types = """{"totalResults":2,"Resources":[{"id":"Group","endpoint":"/Groups"},{"id":"User","endpoint":"/Users","schema":"urn:a"}]}""";
        const string Schemas = """{"Resources":[{"id":"urn:b","attributes":[]},{"id":"urn:a","name":"A","attributes":[{"name":"x"}]}]}""";
        using var server = new OtherServer(context =>
        {
            string path = context.Request.Url!.AbsolutePath;
            if (path.EndsWith("/ResourceTypes", StringComparison.Ordinal))
                Answer(context, 200, Encoding.UTF8.GetBytes(Types));
            else if (path.Contains("/Schemas", StringComparison.Ordinal))
                Answer(context, 200, Encoding.UTF8.GetBytes(Schemas));
            else if (path.EndsWith("/ServiceProviderConfig", StringComparison.Ordinal))
                Answer(context, 200, """{"totalResults":1,"Resources":[{"patch":{"supported":true},"documentationUri":"d"}]}"""u8.ToArray());
            else
                Answer(context, 404, "<html>"u8.ToArray());
        });
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        Assert.Equal("urn:a", _engine.Good("Get-ScimResourceType -Id User")[0].Properties["schema"].Value);
        Assert.Equal("A", _engine.Good("Get-ScimSchema -Id urn:a")[0].Properties["name"].Value);
        Assert.Equal("d", _engine.Good("Get-ScimServiceProviderConfig")[0].Properties["documentationUri"].Value);
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Get-ScimSchema -Id urn:z").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("EndpointNotFound,", _engine.Bad("Get-ScimResourceType -Id Role").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_on_this_machine_needs_no_credential_and_gets_none()
    {
        var headers = new List<string?>();
        using var server = new OtherServer(request =>
        {
            lock (headers)
                headers.Add(request.Headers["Authorization"]);
            return (200, Users);
        });
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b");
        Assert.Single(_engine.Good("Get-ScimUser"));
        Assert.Equal("Anonymous", _engine.Good("(Get-ScimContext).Credential")[0].ToString());
        Assert.Contains("doesn't sign in", _engine.Bad("Get-ScimAccessToken").Exception.Message, StringComparison.Ordinal);
        Assert.All(headers, Assert.Null);
        Assert.NotEmpty(headers);
    }

    [Fact]
    public void A_server_on_another_machine_is_asked_without_a_credential_on_purpose_only()
    {
        ErrorRecord error = _engine.Bad("Connect-Scim -BaseUri https://scim.example.org/v2");
        Assert.StartsWith("InvalidConfiguration,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Anonymous", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(_engine.Good("Get-ScimContext"));
        _engine.Good("Connect-Scim -BaseUri https://scim.example.org/v2 -Anonymous");
        Assert.Equal("Anonymous", _engine.Good("(Get-ScimContext).Credential")[0].ToString());
        Assert.StartsWith("UnencryptedTransport,", _engine.Bad("Connect-Scim -BaseUri http://scim.example.org -Anonymous").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-BaseUri", _engine.Bad("Connect-Scim").Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-ClientSecret", _engine.Bad("Connect-Scim -TenantId a -ClientId b").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_shows_no_members_of_earlier_ones()
    {
        using var server = new OtherServer(request => request.Url!.AbsolutePath.EndsWith("/a", StringComparison.Ordinal)
            ? (200, """{"id":"1","only":1,"sub":{"a":1}}""")
            : (200, """{"id":"2","sub":{"b":1}}"""));
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        Assert.Equal(["id", "only", "sub"], _engine.Good("Invoke-ScimRequest a")[0].Properties.Select(p => p.Name));
        PSObject second = _engine.Good("Invoke-ScimRequest b")[0];
        Assert.Equal(["id", "sub"], second.Properties.Select(p => p.Name));
        Assert.Equal(["b"], PSObject.AsPSObject(second.Properties["sub"].Value).Properties.Select(p => p.Name));
    }

    [Fact]
    public void Answers_of_many_forms_keep_their_members()
    {
        // Every combination of nine members: more forms than a connection may have types.
        int n = 0;
        using var server = new OtherServer(_ =>
        {
            int form = n++;
            return (200, "{\"id\":\"1\"" + string.Concat(Enumerable.Range(0, 9).Where(bit => (form >> bit & 1) != 0).Select(bit => $",\"m{bit}\":{form}")) + "}");
        });
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        PSObject[] all = _engine.Good("1..512 | ForEach-Object { Invoke-ScimRequest a }");
        for (int form = 0; form < all.Length; form++)
            for (int bit = 0; bit < 9; bit++)
                if ((form >> bit & 1) != 0)
                    Assert.Equal((long)form, all[form].Properties["m" + bit].Value);
    }

    [Fact]
    public void An_unreadable_body_is_quoted()
    {
        using var server = new OtherServer(_ => (200, "Service  is being\r\nupdated"));
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
        foreach (string script in new[] { "Get-ScimUser", "Get-ScimUser -Id 1" })
            Assert.Contains("It begins with: Service is being updated", _engine.Bad(script).Exception.Message, StringComparison.Ordinal);
    }
}
