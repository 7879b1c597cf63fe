using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>One resource that can't be read completely: the others come, and it's never written back.</summary>
public sealed class DamagedResourceTests : IDisposable
{
    private const string Good1 = """{"id":"1","userName":"ann","displayName":"Ann"}""";
    private const string Good3 = """{"id":"3","userName":"cid","displayName":"Cid"}""";
    private readonly Engine _engine = new();
    private readonly List<string> _written = [];
    private readonly OtherServer _server;
    private string _bad = "";
    private string _patch = "";

    public DamagedResourceTests()
    {
        _server = new OtherServer(Answer);
        _engine.Set("t", Engine.Secure("token")).Set("b", _server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t");
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim");
        _engine.Dispose();
        _server.Dispose();
    }

    private (int Status, string Body)? Answer(HttpListenerRequest request)
    {
        if (request.HttpMethod != "GET")
        {
            lock (_written)
                _written.Add(request.HttpMethod + " " + request.Url!.AbsolutePath);
            return request.HttpMethod == "PATCH" && _patch.Length > 0 ? (501, _patch) : (204, "");
        }
        if (request.Url!.AbsolutePath.EndsWith("/Users/2", StringComparison.Ordinal))
            return (200, _bad);
        return request.QueryString["startIndex"] is null or "1"
            ? (200, $$"""{"totalResults":3,"Resources":[{{Good1}},{{_bad}},{{Good3}}]}""")
            : (200, """{"totalResults":3,"Resources":[]}""");
    }

    public static TheoryData<string, string, string> Damaged => new()
    {
        { "\"id\":\"2\",\"userName\":\"bob\",\"displayName\":\"B\\ud83db\"", "InvalidText", "displayName" },
        { "\"id\":\"2\",\"userName\":\"bob\",\"title\":\"a\",\"title\":\"b\"", "DuplicateMember", "title" },
        { "\"id\":\"2\",\"userName\":\"bob\",\"deep\":" + new string('[', 500) + new string(']', 500), "NestedTooDeep", "deep" },
        { "\"userName\":\"bob\",\"emails\":[{\"value\":\"\\udc00\",\"type\":\"work\"}],\"id\":\"2\"", "InvalidText", "emails.value" },
        { "\"userName\":\"bob\",\"x\":" + new string('1', 5000) + ",\"id\":\"2\"", "NotJson", "x" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void The_other_users_come_and_one_error_names_the_damaged_one(string members, string id, string attribute)
    {
        _bad = "{" + members + "}";
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.Equal(["1", "2", "3"], result.Output.Select(user => user.Properties["id"].Value));
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal(id + ",PSScim.Commands.GetScimUserCommand", error.FullyQualifiedErrorId);
        Assert.Contains("'2' (bob)", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(attribute + ": ", error.Exception.Message, StringComparison.Ordinal);
        Assert.Same(result.Output[1].BaseObject, error.TargetObject);
        Assert.Equal([null, true, null], result.Output.Select(user => user.Properties["IsIncomplete"]?.Value));
        // Alone it comes in the same way.
        result = _engine.Run("Get-ScimUser -Id 2");
        Assert.Equal(true, Assert.Single(result.Output).Properties["IsIncomplete"].Value);
        Assert.StartsWith(id + ",", Assert.Single(result.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_shows_as_the_replacement_character()
    {
        _bad = """{"id":"2","userName":"bob","displayName":"B\ud83db"}""";
        Assert.Equal("B\uFFFDb", _engine.Run("Get-ScimUser").Output[1].Properties["displayName"].Value);
    }

    [Fact]
    public void Who_stops_at_it_resumes_behind_it_by_the_cursor_of_the_error()
    {
        _bad = """{"id":"2","userName":"bob","displayName":"\ud83d"}""";
        ErrorRecord error = _engine.Bad("$before = @(); Get-ScimUser -ErrorAction Stop | ForEach-Object { $before += $_.id }");
        string? cursor = Assert.IsType<ScimException>(error.Exception.InnerException ?? error.Exception).Cursor;
        PSObject[] rest = _engine.Set("cursor", cursor).Good("Get-ScimUser -Cursor $cursor");
        Assert.Equal(["1", "3"], _engine.Good("$before").Select(id => id.ToString()).Concat(rest.Select(user => user.Properties["id"].Value)));
    }

    [Fact]
    public void A_list_with_a_user_whose_id_cannot_be_read_breaks_and_resumes_behind_it()
    {
        _bad = """{"id":"\ud83d","userName":"bob"}""";
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.Equal(["1"], result.Output.Select(user => user.Properties["id"].Value));
        var exception = Assert.IsType<ScimException>(Assert.Single(result.Errors).Exception);
        Assert.Equal("InvalidText", exception.Id);
        PSObject[] rest = _engine.Set("cursor", exception.Cursor).Good("Get-ScimUser -Cursor $cursor");
        Assert.Equal(["3"], rest.Select(user => user.Properties["id"].Value));
    }

    [Fact]
    public void A_null_in_place_of_a_user_is_an_error_and_costs_nobody()
    {
        _bad = "null";
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.Equal(["1", "3"], result.Output.Select(user => user.Properties["id"].Value));
        Assert.Equal("NotAResource,PSScim.Commands.GetScimUserCommand", Assert.Single(result.Errors).FullyQualifiedErrorId);
    }

    [Theory]
    [InlineData("$u | Set-ScimUser -Title x")]
    [InlineData("$u.displayName = 'Bob'; $u | Set-ScimUser")]
    [InlineData("$u | Disable-ScimUser -Confirm:$false")]
    [InlineData("$u | Remove-ScimUser -Confirm:$false")]
    [InlineData("Remove-ScimUser -Id $u -Confirm:$false")]
    [InlineData("$u | New-ScimUser")]
    [InlineData("[pscustomobject]@{ id = $u.id; displayName = $u.displayName; IsIncomplete = $u.IsIncomplete } | Set-ScimUser -Title x")]
    public void A_damaged_user_is_never_written_back(string script)
    {
        _bad = """{"id":"2","userName":"bob","displayName":"\ud83d"}""";
        _engine.Run("$u = Get-ScimUser -Id 2 -ErrorAction SilentlyContinue");
        ErrorRecord error = _engine.Bad(script);
        Assert.StartsWith("InvalidValue,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("'2' is incomplete", error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(_written);
    }

    [Fact]
    public void Its_id_is_enough_to_change_it_on_purpose()
    {
        _bad = """{"id":"2","userName":"bob","displayName":"\ud83d"}""";
        _engine.Good("Disable-ScimUser -Id 2 -Confirm:$false");
        _engine.Run("$u = Get-ScimUser -Id 2 -ErrorAction SilentlyContinue");
        _engine.Good("Add-ScimGroupMember -Group 9 -Member $u");
        Assert.Equal(["PATCH /scim/Users/2", "PATCH /scim/Groups/9"], _written);
    }

    [Fact]
    public void It_is_not_put_back_where_the_server_has_no_PATCH()
    {
        _bad = """{"id":"2","userName":"bob","title":"a","title":"b"}""";
        _patch = """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"501"}""";
        ErrorRecord error = _engine.Bad("Set-ScimUser 2 -DisplayName x");
        Assert.StartsWith("DuplicateMember,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(_written, request => request.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("users.csv", "Export-ScimUser $path -Attributes id, userName, displayName", "id,userName,displayName|1,ann,Ann|3,cid,Cid")]
    [InlineData("users.jsonl", "Export-ScimUser $path", Good1 + "|" + Good3)]
    public void An_export_leaves_it_out_says_so_and_counts_it(string name, string script, string lines)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, name);
        _bad = """{"id":"2","userName":"bob","displayName":"\ud83d"}""";
        Engine.Result result = _engine.Set("path", path).Run(script);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Contains("'2' (bob)", error.Exception.Message, StringComparison.Ordinal);
        var export = Assert.IsType<ScimExport>(Assert.Single(result.Output).BaseObject);
        Assert.Equal((2, 1), (export.Count, export.Skipped));
        Assert.Equal(lines.Split('|'), File.ReadAllLines(path));
    }

    [Fact]
    public void A_member_whose_id_cannot_be_read_keeps_a_group_from_being_synchronized()
    {
        using var server = new OtherServer(request => request.HttpMethod != "GET"
            ? (204, "")
            : (200, """{"id":"9","displayName":"g","members":[{"value":"1"},{"value":"\ud83d"}]}"""));
        ErrorRecord error = _engine.Set("b", server.BaseUri)
            .Bad("Connect-Scim -BaseUri $b -AccessToken $t; Sync-ScimGroupMember -Group 9 -Member 5 -Confirm:$false");
        Assert.StartsWith("InvalidText,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Asked, asked => !asked.StartsWith("GET", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""["x","y"]""")]
    [InlineData("""{"a":1}""")]
    [InlineData("true")]
    public void What_is_neither_text_nor_a_number_is_no_id(string id)
    {
        _bad = $$"""{"id":{{id}},"userName":"bob"}""";
        _engine.Good("$u = @(Get-ScimUser)[1]");
        foreach (string script in new[]
        {
            "Remove-ScimUser $u -Confirm:$false", "$u | Remove-ScimUser -Confirm:$false", "$u | Get-ScimUser",
            "Add-ScimGroupMember -Group 9 -Member $u", "Add-ScimGroupMember -Group $u -Member 1",
            "$u.ToJson() | ConvertFrom-Json | Remove-ScimUser -Confirm:$false", "$u.ToJson() | ConvertFrom-Json | Get-ScimUser",
        })
        {
            Engine.Result result = _engine.Run(script);
            Assert.True(result.Errors.Length == 1, script + ": " + string.Join<ErrorRecord>("; ", result.Errors));
        }
        Assert.Empty(_written);
        Assert.DoesNotContain(_server.Asked, asked => asked.Contains("System", StringComparison.Ordinal) || asked.Contains("True", StringComparison.Ordinal));
    }

    [Fact]
    public void A_number_is_an_id_in_its_exact_digits()
    {
        _bad = """{"id":123456789012345678901234567890,"userName":"bob"}""";
        _engine.Good("@(Get-ScimUser)[1] | Remove-ScimUser -Confirm:$false; @(Get-ScimUser)[1] | Disable-ScimUser -Confirm:$false");
        Assert.Equal(["DELETE /scim/Users/123456789012345678901234567890", "PATCH /scim/Users/123456789012345678901234567890"], _written);
    }

    [Fact]
    public void No_attribute_hides_a_member_of_NET_or_of_PowerShell()
    {
        string[] names = ["GetType", "ToString", "Equals", "GetHashCode", "PSObject", "PSBase", "PSTypeNames", "Clone", "Count", "Length", "ToJson", "Item", "ForEach", "where"];
        _bad = "{\"id\":\"2\",\"userName\":\"bob\"," + string.Join(",", names.Select(name => $"\"{name}\":\"a {name}\",\"sub{name}\":{{\"{name}\":1}}")) + "}";
        _engine.Good("$u = @(Get-ScimUser)[1]");
        Assert.Equal(true, _engine.Good("$u.GetType().IsSubclassOf([PSScim.ScimUser])")[0].BaseObject);
        Assert.Equal("bob", _engine.Good("$u.ToString()")[0].ToString());
        Assert.Equal(1, _engine.Good("$u.Count")[0].BaseObject);
        Assert.Equal(true, _engine.Good("$u.Equals($u)")[0].BaseObject);
        Assert.Equal(true, _engine.Good("$u.PSTypeNames -contains 'PSScim.ScimUser'")[0].BaseObject);
        Assert.Equal("2", _engine.Good("$u.ForEach({ $_.id })")[0].ToString());
        Assert.Equal("bob", _engine.Good("$u.PSObject.Properties | Where-Object Name -eq userName | ForEach-Object Value")[0].ToString());
        foreach (string name in names)
        {
            Assert.Equal("a " + name, _engine.Good($"$u['{name}']")[0].ToString());
            Assert.Equal(1L, _engine.Good($"$u.sub{name}['{name}']")[0].BaseObject);
        }
        _engine.Good("$u['count'] = 'b'; $u | Set-ScimUser");
        Assert.Equal(["PATCH /scim/Users/2"], _written);
    }
}
