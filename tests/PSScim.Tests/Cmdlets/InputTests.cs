using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>What is sent for rows, copies, edits and parameters, seen from a server that keeps each body.</summary>
public sealed class InputTests : IDisposable
{
    private const string Ann = """
        {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","urn:acme:profile:1.0"],
        "id":"1","userName":"ann@x.org","displayName":"Ann Ek","name":{"givenName":"Ann","familyName":"Ek"},"active":true,"department":"top",
        "emails":[{"type":"work","value":"ann@x.org","primary":true},{"type":"home","value":"ann@home.org"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Sales","manager":{"value":"9","displayName":"Boss"}},
        "urn:acme:profile:1.0":{"badge":"4711"},
        "meta":{"resourceType":"User","created":"2026-01-01T00:00:00Z"}}
        """;

    private readonly RecordingHost _host = new();
    private readonly Engine _engine;
    private readonly OtherServer _server;
    private readonly ConcurrentQueue<string> _bodies = new();

    public InputTests()
    {
        _server = new OtherServer(Answer);
        _engine = new Engine(host: _host);
        _engine.Set("t", Engine.Secure("token")).Set("p", Engine.Secure("Correct-Horse-7")).Set("b", _server.BaseUri);
        _engine.Good("Connect-Scim -BaseUri $b -AccessToken $t; $u = Get-ScimUser -Id 1");
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim");
        _engine.Dispose();
        _server.Dispose();
    }

    private (int, string)? Answer(System.Net.HttpListenerRequest request)
    {
        using var reader = new StreamReader(request.InputStream);
        string body = reader.ReadToEnd();
        if (request.HttpMethod == "GET")
            return (200, request.Url!.AbsolutePath.EndsWith("/Users/1", StringComparison.Ordinal) ? Ann : $$"""{"totalResults":1,"Resources":[{{Ann}}]}""");
        _bodies.Enqueue(body);
        return request.HttpMethod == "POST" ? (201, body.Insert(1, "\"id\":\"2\",")) : (200, Ann);
    }

    /// <summary>The operations of the bodies that came since the last look, as <c>op path value</c>.</summary>
    private string[] Sent(string script)
    {
        _bodies.Clear();
        _engine.Good(script);
        return
        [
            .. from body in _bodies
               from operation in JsonDocument.Parse(body).RootElement.GetProperty("Operations").EnumerateArray()
               let value = operation.TryGetProperty("value", out JsonElement given) ? " " + given.GetRawText() : ""
               select $"{operation.GetProperty("op").GetString()} {operation.GetProperty("path").GetString()}{value}",
        ];
    }

    private JsonElement Body(string script)
    {
        _bodies.Clear();
        _engine.Good(script);
        return JsonDocument.Parse(Assert.Single(_bodies)).RootElement;
    }

    [Theory]
    [InlineData("[pscustomobject]@{ id = 1; title = 'Boss'; displayName = \" $([char]0xA0)\"; nickName = $null } | Set-ScimUser", "replace title \"Boss\"")]
    [InlineData("@{ id = 1; title = 'Boss'; displayName = $null; nickName = '' } | Set-ScimUser", "replace title \"Boss\"")]
    [InlineData("[pscustomobject]@{ id = 1; title = 'Boss'; displayName = $null } | Set-ScimUser -EmptyValue Clear", "replace title \"Boss\"", "remove displayName")]
    [InlineData("Set-ScimUser 1 -Replace @{ title = $null }", "remove title")]
    [InlineData("Set-ScimUser 1 -Clear title", "remove title")]
    [InlineData("$u.displayName = $null; $u | Set-ScimUser", "remove displayName")]
    public void Only_who_says_so_clears(string script, params string[] sent) => Assert.Equal(sent, Sent(script));

    [Theory]
    [InlineData("Set-ScimUser 1 -Title ''", "-Clear 'title'")]
    [InlineData("Set-ScimUser 1 -Title $null", "-Clear 'title'")]
    [InlineData("Set-ScimUser 1 -Enabled $null", "-Clear 'active'")]
    [InlineData("Set-ScimUser 1 -Replace @{ title = '' }", "-Clear 'title'")]
    [InlineData("$u.displayName = ''; $u | Set-ScimUser", "$null")]
    public void An_empty_value_is_refused_and_the_error_names_how_to_clear(string script, string advice)
    {
        _bodies.Clear();
        ErrorRecord error = _engine.Bad(script);
        Assert.StartsWith("InvalidValue,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(advice, error.Exception.Message, StringComparison.Ordinal);
        Assert.Empty(_bodies);
    }

    [Fact]
    public void An_empty_parameter_clears_or_is_ignored_where_it_is_said()
    {
        Assert.Equal(["remove title"], Sent("Set-ScimUser 1 -Title '' -EmptyValue Clear"));
        Assert.Equal(["replace displayName \"A\""], Sent("Set-ScimUser 1 -Title '' -DisplayName A -EmptyValue Ignore"));
    }

    [Theory]
    [InlineData("[pscustomobject]@{ id = 1; userName = 'ann@x.org'; displayName = 'Ann Ek'; active = 'TRUE'; 'name.givenName' = 'Ann'; 'emails[work].value' = 'ann@x.org' } | Set-ScimUser -Verbose")]
    [InlineData("@{ userName = 'ANN@x.org'; displayName = 'Ann Ek' } | Set-ScimUser")]
    public void A_row_of_what_is_there_already_sends_nothing(string script)
    {
        Assert.Empty(Sent(script));
        Assert.Equal(["replace title \"Boss\""], Sent("[pscustomobject]@{ id = 1; displayName = 'Ann Ek'; title = 'Boss' } | Set-ScimUser"));
    }

    [Fact]
    public void A_row_that_is_looked_up_is_compared_without_another_request()
    {
        _engine.Good("@{ userName = 'ann@x.org'; displayName = 'Ann Ek' } | Set-ScimUser");
        int before = _server.Asked.Count;
        Assert.Equal("1", _engine.Good("(@{ userName = 'ann@x.org'; displayName = 'Ann Ek' } | Set-ScimUser -PassThru).id")[0].BaseObject);
        Assert.Equal(before + 1, _server.Asked.Count);
    }

    [Fact]
    public void An_edit_is_sent_once_and_stays_visible()
    {
        Assert.Equal(["replace displayName \"Anna\""], Sent("$u.displayName = 'Anna'; $u | Set-ScimUser"));
        Assert.Empty(Sent("$u | Set-ScimUser; $u.displayName = 'Anna'; $u | Set-ScimUser"));
        Assert.Equal("Anna", _engine.Good("$u.displayName")[0].BaseObject);
        // What it had before is a change now.
        Assert.Equal(["replace displayName \"Ann Ek\""], Sent("$u.displayName = 'Ann Ek'; $u | Set-ScimUser"));
        // What was not sent is not forgotten.
        Assert.Empty(Sent("$u.displayName = 'Later'; $u | Set-ScimUser -WhatIf"));
        Assert.Equal(["replace displayName \"Later\""], Sent("$u | Set-ScimUser"));
    }

    [Fact]
    public void Nothing_is_read_for_an_unchanged_user_with_PassThru()
    {
        int before = _server.Asked.Count;
        Assert.Equal("1", _engine.Good("($u | Set-ScimUser -PassThru).id")[0].BaseObject);
        Assert.Equal(before, _server.Asked.Count);
    }

    [Fact]
    public void A_copy_has_edits_of_its_own()
    {
        Assert.Equal(
            "Ann Ek|Copy",
            string.Join("|", _engine.Good("$c = $u.PSObject.Copy(); $c.displayName = 'Copy'; $u.displayName; $c.displayName")));
        Assert.Empty(Sent("$u | Set-ScimUser"));
        Assert.Equal(["replace displayName \"Copy\""], Sent("$c | Set-ScimUser"));
    }

    [Theory]
    [InlineData("$u.department = 'Lab'; $u | Set-ScimUser", "replace department \"Lab\"")]
    [InlineData("$u.'urn:acme:profile:1.0'.badge = '4712'; $u | Set-ScimUser", "replace urn:acme:profile:1.0:badge \"4712\"")]
    [InlineData("Set-ScimUser 1 -Replace @{ 'urn:acme:profile:1.0' = @{ badge = '4712' } }", "replace urn:acme:profile:1.0:badge \"4712\"")]
    [InlineData("Set-ScimUser 1 -Department Lab", "replace urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department \"Lab\"")]
    public void A_name_goes_to_the_attribute_it_was_set_on(string script, string sent) => Assert.Equal([sent], Sent(script));

    [Fact]
    public void An_element_that_is_assigned_is_sent()
    {
        Assert.Equal(
            ["replace emails[type eq \"home\"].value \"new@home.org\""],
            Sent("$u.emails[1] = @{ type = 'home'; value = 'new@home.org' }; $u | Set-ScimUser"));
        Assert.Equal("new@home.org", _engine.Good("$u.emails[1].value")[0].BaseObject);
        Assert.Empty(Sent("$u | Set-ScimUser"));
    }

    [Theory]
    [InlineData("[pscustomobject]@{ 'userName;title' = 'ann@x.org;Boss' } | Set-ScimUser", "-Delimiter ';'")]
    [InlineData("[pscustomobject]@{ \"userName`ttitle\" = 'ann@x.org;Boss' } | Set-ScimUser", "-Delimiter \"`t\"")]
    [InlineData("[pscustomobject]@{ id = 1; H3 = 'x' } | Set-ScimUser", "without a title")]
    [InlineData("[pscustomobject]@{ id = 1; displayName = 'System.Object[]' } | Set-ScimUser", "Export-ScimUser")]
    [InlineData("[pscustomobject]@{ id = 1; name = '@{givenName=Ann; familyName=Ek}' } | Set-ScimUser", "-Depth 10")]
    [InlineData("[pscustomobject]@{ id = 1; emails = @('ann@x.org', 'ann@home.org') } | Set-ScimUser", "-Depth 10")]
    public void What_lost_its_parts_is_refused(string script, string advice)
    {
        ErrorRecord error = _engine.Bad(script);
        Assert.StartsWith("InvalidValue,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(advice, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_trimmed_and_other_values_are_not()
    {
        _engine.Good("Get-ScimUser -Id ' 1 ' | Out-Null; [pscustomobject]@{ id = \" 1$([char]0xA0)\"; title = ' Boss ' } | Set-ScimUser");
        Assert.All(_server.Asked.Where(asked => asked.Contains("/Users/", StringComparison.Ordinal)), asked => Assert.EndsWith("/Users/1", asked, StringComparison.Ordinal));
        Assert.Equal(["replace title \" Boss \""], Sent("[pscustomobject]@{ ' id ' = '1 '; \"title$([char]0xA0)\" = ' Boss ' } | Set-ScimUser"));
    }

    [Fact]
    public void A_resource_is_sent_as_a_body()
    {
        JsonElement sent = Body("$u.displayName = 'Put'; Invoke-ScimRequest -Method PUT -Path Users/1 -Body $u");
        Assert.Equal("Put", sent.GetProperty("displayName").GetString());
        Assert.Equal("ann@x.org", sent.GetProperty("emails")[0].GetProperty("value").GetString());
    }

    [Fact]
    public void Errors_hold_no_password()
    {
        _engine.Set("word", "Secret-Word-9");
        Engine.Result result = _engine.Run("[pscustomobject]@{ userName = 'bo@x.org'; active = 'perhaps'; password = $word } | New-ScimUser");
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("bo@x.org", error.TargetObject);
        _engine.Set("e", error);
        string shown = string.Join("\n", _engine.Good("$e.CategoryInfo.ToString(); [System.Management.Automation.PSSerializer]::Serialize($e)").Select(o => o.ToString()));
        Assert.DoesNotContain("Secret-Word-9", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_without_an_id_is_looked_up_by_its_name_and_never_becomes_text()
    {
        _engine.Set("word", "Secret-Word-9");
        _engine.Good("$row = [pscustomobject]@{ userName = 'ann@x.org'; password = $word }; $bare = [pscustomobject]@{ mail = 'x'; password = $word }");
        Assert.Equal("1|1", string.Join("|", _engine.Good("($row | Get-ScimUser).id; (@{ userName = 'ann@x.org' } | Get-ScimUser).id")));
        foreach (string script in new[] { "$bare | Get-ScimUser", "$row | Get-ScimUserMembership", "$bare | Get-ScimGroup", "$row | Sync-ScimGroupMember 7 -Confirm:$false" })
        {
            ErrorRecord error = _engine.Bad(script);
            Assert.StartsWith("InvalidId,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.DoesNotContain("Secret-Word-9", error + " " + error.CategoryInfo + " " + error.TargetObject, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(_server.Asked, asked => asked.Contains("Secret-Word-9", StringComparison.Ordinal) || asked.Contains("@{", StringComparison.Ordinal));
    }

    [Fact]
    public void Users_are_compared_by_their_ids_and_values()
    {
        _engine.Good("$same = 1..2 | ForEach-Object { Get-ScimUser -Id 1 }");
        var first = (IComparable)_engine.Good("$same[0]")[0].BaseObject;
        var second = (IComparable)_engine.Good("$same[1]")[0].BaseObject;
        Assert.Equal(0, first.CompareTo(second));
        _engine.Good("$same[1].displayName = 'Changed'");
        Assert.NotEqual(0, first.CompareTo(second));
        Assert.Equal(-first.CompareTo(second), second.CompareTo(first));
    }

    [Fact]
    public void The_prompt_names_user_and_id()
    {
        _engine.Run("$u | Remove-ScimUser -WhatIf; Remove-ScimUser $u -Verbose -Confirm:$false");
        Assert.Contains(_engine.Run("Remove-ScimUser $u -Verbose -Confirm:$false").Verbose, line => line.Contains("ann@x.org (id 1)", StringComparison.Ordinal));
        Assert.Contains(_engine.Run("Remove-ScimUser $u, 2 -Verbose -Confirm:$false").Verbose, line => line.Contains("2 users: ann@x.org (id 1); 2", StringComparison.Ordinal));
        Assert.Contains(_engine.Run("Remove-ScimUser (1..9) -Verbose -Confirm:$false").Verbose, line => line.Contains("9 users, the first is 1", StringComparison.Ordinal));
    }
}
