using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;
using static PSScim.Tests.Objects.Given;

namespace PSScim.Tests.Objects;

/// <summary>What becomes of what scripts set.</summary>
public sealed class EditTests : IDisposable
{
    private readonly Engine _engine = new(import: false);
    private readonly ScimResource _user = One(Json);

    public EditTests() => _engine.Set("u", _user);

    public void Dispose() => _engine.Dispose();

    private string[] Paths => [.. _user.Edits.Select(e => e.Key)];

    [Theory]
    [InlineData("$u.userName = $u.userName")]
    [InlineData("$u.loginCount = 7")]
    [InlineData("$u.loginCount = [byte]7")]
    [InlineData("$u.ratio = 1.5")]
    [InlineData("$u.ratio = [decimal]1.5")]
    [InlineData("$u.huge = [bigint]::Parse('123456789012345678901234567890')")]
    [InlineData("$u.active = $true")]
    [InlineData("$u.nothing = $null")]
    [InlineData("$u.name = $u.name")]
    [InlineData("$u.emails = $u.emails")]
    [InlineData("$u.emails = @($u.emails[0], $u.emails[1])")]
    [InlineData("$u.schemas = $u.schemas")]
    [InlineData("$u.meta.created = $u.meta.created.ToLocalTime()")]
    [InlineData("$u.meta.created = '2024-03-01T10:30:45.1234567Z'")]
    [InlineData("$u.meta.created = [datetimeoffset]$u.meta.created")]
    [InlineData("$u.'" + Entra + "'.onPremisesSyncEnabled = $true")]
    [InlineData("$u.title = 'x'; $u.title = $null", "title")]
    public void Setting_what_is_there_already_is_no_edit(string script, string? lacking = null)
    {
        // A property that this user has not got needs a type that has it.
        if (lacking is not null)
            _engine.Set("u", One("{\"id\":\"1\"}", projection: Projection.Of([lacking])));
        _engine.Good(script);
        Assert.False(((ScimResource)_engine.Good("$u")[0].BaseObject).HasEdits);
        Assert.Empty(((ScimResource)_engine.Good("$u")[0].BaseObject).Edits);
    }

    [Theory]
    [InlineData("$u.userName = 'ANN@contoso.com'", "userName")]
    [InlineData("$u.userName = ''", "userName")]
    [InlineData("$u.userName = $null", "userName")]
    [InlineData("$u.loginCount = '7'", "loginCount")]
    [InlineData("$u.active = 1", "active")]
    [InlineData("$u.emails = @()", "emails")]
    [InlineData("$u.emails = @($u.emails | Where-Object type -eq 'work')", "emails")]
    [InlineData("$u.'" + Enterprise + "'.manager = $null", Enterprise + ":manager")]
    [InlineData("$u.'" + Enterprise + "' = $null", Enterprise)]
    public void Setting_another_value_is_one(string script, string path)
    {
        _engine.Good(script);
        Assert.Equal([path], Paths);
    }

    [Fact]
    public void Null_stays_null_and_wrapping_comes_off()
    {
        _engine.Good("$u.userName = $null; $u.displayName = [psobject]::AsPSObject('wrapped'); $u.schemas = [psobject]::AsPSObject(@([psobject]::AsPSObject('a'), 'b'))");
        Assert.Null(_user.Edits[0].Value);
        Assert.IsType<string>(_user.Edits[1].Value);
        Assert.All(Assert.IsType<object?[]>(_user.Edits[2].Value), v => Assert.IsType<string>(v));
        Assert.Equal(true, _engine.Good("$null -eq $u.userName")[0].BaseObject);
    }

    [Fact]
    public void One_value_of_a_multi_valued_attribute_is_an_array_of_one()
    {
        _engine.Good("$u.emails = @{ value = 'new@contoso.com'; type = 'work' }");
        Assert.IsType<Hashtable>(Assert.Single((object?[])_user.Edits[0].Value!));
        Assert.Equal("new@contoso.com", _engine.Good("$u.emails[0].value")[0].BaseObject);
    }

    [Fact]
    public void Adding_an_element_keeps_what_was_set_in_the_others()
    {
        _engine.Good("$u.emails[0].value = 'changed@contoso.com'; $u.emails += @{ value = 'third@contoso.com' }");
        Assert.Equal(["emails"], Paths);
        Assert.Equal(
            ["changed@contoso.com", "ann@home.example", "third@contoso.com"],
            _engine.Good("$u.emails | ForEach-Object { $_.value }").Select(v => (string)v.BaseObject));
        // And what is set in them from now on is part of the one edit.
        _engine.Good("$u.emails[1].value = 'later@home.example'");
        Assert.Equal(["emails"], Paths);
        var second = (ScimComplex)((object?[])_user.Edits[0].Value!)[1]!;
        Assert.Equal(["value=later@home.example", "type=other"], second.Values.Select(v => v.Key + "=" + v.Value));
    }

    [Fact]
    public void Another_users_value_is_taken_as_it_is_at_that_moment()
    {
        ScimResource other = One("{\"id\":\"2\",\"name\":{\"givenName\":\"Bo\",\"familyName\":\"Ek\"}}");
        _engine.Set("o", other).Good("$o.name.givenName = 'Bea'; $u.name = $o.name; $o.name.givenName = 'Bob'");
        Assert.Equal("Bea Ek", _engine.Good("\"$($u.name.givenName) $($u.name.familyName)\"")[0].BaseObject);
        Assert.Equal(["name"], Paths);
    }

    [Fact]
    public void A_whole_takes_the_place_of_its_parts_and_going_back_leaves_nothing()
    {
        _engine.Good("$n = $u.name; $u.name.givenName = 'X'; $u.name.familyName = 'Y'");
        Assert.Equal(["name.givenName", "name.familyName"], Paths);
        Assert.Equal("X", _engine.Good("$n.givenName")[0].BaseObject);
        _engine.Good("$u.name.givenName = 'Z'");
        Assert.Equal(["name.familyName", "name.givenName"], Paths);
        _engine.Good("$u.name = $null");
        Assert.Equal(["name"], Paths);
        _engine.Good("$u.name = $n");
        Assert.Empty(Paths);
        Assert.Equal("Ann", _engine.Good("$u.name.givenName")[0].BaseObject);
    }

    [Fact]
    public void The_json_stays_as_received_and_the_name_shown_does_not()
    {
        _engine.Good("$u.displayName = 'Anna'; $u.emails[0].value = 'x'");
        Assert.Equal(Json, _user.ToJson());
        Assert.Equal("Anna", _user.ToString());
        Assert.Equal("6f1c", _user.Id);
    }
}
