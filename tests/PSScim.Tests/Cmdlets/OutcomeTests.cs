using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>What a write changes, and what is reported of it: versions, services, stops, journals, members.</summary>
public sealed class OutcomeTests : IDisposable
{
    private readonly RecordingHost _host = new();
    private readonly Engine _engine;

    public OutcomeTests()
    {
        _engine = new Engine(host: _host);
        _engine.Set("t", Engine.Secure("token")).Set("p", Engine.Secure("Correct-Horse-7"));
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator");
        _engine.Dispose();
    }

    private static string User(string id, int version) =>
        $$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{{{id}}}","userName":"ann","title":"a","active":true,"meta":{"version":"W/\"{{{version}}}\""}}""";

    [Fact]
    public void A_version_is_checked_where_IfUnchanged_asks_and_is_that_of_the_last_change()
    {
        int version = 1;
        using var server = new OtherServer(request =>
        {
            if (request.Headers["If-Match"] is string wanted && wanted != $"W/\"{version}\"")
                return (412, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"Changed meanwhile"}""");
            if (request.HttpMethod == "DELETE")
                return (204, "");
            if (request.HttpMethod == "PATCH")
                version++;
            return (200, User("1", version));
        });
        _engine.Set("b", server.BaseUri).Good("""
            Connect-Scim -BaseUri $b -AccessToken $t
            $u = Get-ScimUser -Id 1
            Disable-ScimUser $u
            Set-ScimUser $u -Title x -IfUnchanged
            Set-ScimUser $u -Title y -IfUnchanged -WhatIf
            Remove-ScimUser $u -IfUnchanged -Confirm:$false
            """);
        Assert.Equal(
            ["GET", "PATCH", "PATCH W/\"2\"", "DELETE W/\"3\""],
            server.Asked.Select(asked => asked.Replace(" /scim/Users/1", "", StringComparison.Ordinal)));
        Assert.Contains(_host.Lines, line => line.Contains("only if its version is still W/\"3\"", StringComparison.Ordinal));
        _engine.Good("$u = Get-ScimUser -Id 1");
        version = 9;
        Assert.StartsWith("PreconditionFailed,", _engine.Bad("$u | Remove-ScimUser -IfUnchanged -Confirm:$false").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("InvalidValue,", _engine.Bad("Set-ScimUser 1 -Title z -IfUnchanged").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_of_another_service_is_not_taken_for_the_one_with_the_same_id()
    {
        static (int, string)? Answer(System.Net.HttpListenerRequest request) =>
            request.HttpMethod == "GET" && request.Url!.AbsolutePath.EndsWith("/Users", StringComparison.Ordinal)
                ? (200, $$"""{"totalResults":1,"Resources":[{{User("1", 1)}}]}""")
                : request.HttpMethod is "GET" or "PATCH" ? (200, User("1", 1)) : (204, "");
        using var first = new OtherServer(Answer);
        using var second = new OtherServer(Answer);
        _engine.Set("a", first.BaseUri).Set("b", second.BaseUri).Good("""
            $one = Connect-Scim -BaseUri $a -AccessToken $t -Name one -PassThru
            $two = Connect-Scim -BaseUri $b -AccessToken $t -Name two -PassThru
            $u = Get-ScimUser -Id 1 -Connection $one
            """);
        foreach (string script in (string[])
        [
            "$u | Remove-ScimUser -Connection $two -Confirm:$false", "Remove-ScimUser $u -Connection $two -Confirm:$false",
            "$u | Disable-ScimUser -Connection $two", "$u.title = 'x'; $u | Set-ScimUser -Connection $two",
            "$u | Add-ScimGroupMember 7 -Connection $two", "Add-ScimGroupMember $u 7 -Connection $two",
            "$u | Sync-ScimGroupMember 7 -Connection $two -Confirm:$false", "Sync-ScimGroupMember $u 7 -Connection $two -Confirm:$false",
        ])
            Assert.StartsWith("ServiceMismatch,", _engine.Bad(script).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(second.Asked);
        // By name, with -Force, as a pattern for a new one, and after connecting to the same service again.
        _engine.Good("""
            [pscustomobject]@{ userName = $u.userName; title = 'x' } | Set-ScimUser -Connection $two
            $u | Disable-ScimUser -Connection $two -Force
            $again = Connect-Scim -BaseUri "$a/" -AccessToken $t -Name again -PassThru
            $u | Remove-ScimUser -Connection $again -Confirm:$false
            """);
        Assert.Contains("PATCH /scim/Users/1", second.Asked);
        Assert.Contains("DELETE /scim/Users/1", first.Asked);
    }

    [Fact]
    public void With_ErrorAction_Stop_nothing_is_sent_after_the_first_error_and_what_was_in_flight_is_in_it()
    {
        Engine.Result result = _engine.Run("""
            $e = Start-ScimEmulator -Users 5 -Groups 1 -PassThru; Connect-Scim -Emulator
            $taken = (Get-ScimUser -First 1).userName
            $rows = 1..200 | ForEach-Object {
                $name = if ($_ -eq 2) { $taken } else { "new$_@contoso.com" }
                [pscustomobject]@{ userName = $name; displayName = "N $_"; givenName = 'N'; familyName = "$_" }
            }
            $rows | New-ScimUser -Password $p -ThrottleLimit 4 -ErrorAction Stop -WarningVariable warned
            """);
        ErrorRecord error = Assert.Single(result.Errors);
        var exception = Assert.IsType<ScimException>(error.Exception is RuntimeException { ErrorRecord: { } inner } ? inner.Exception : error.Exception);
        Assert.Equal("Uniqueness", exception.Id);
        Assert.Contains("Row 2 ", exception.Message, StringComparison.Ordinal);
        int made = (int)_engine.Good("@(Get-ScimUser -Attributes userName | Where-Object userName -like 'new*').Count")[0].BaseObject;
        Assert.InRange(made, 1, 12);
        // The first came out, and the others are in the error, with their ids.
        Assert.Equal(made, result.Output.Count(o => o.BaseObject is ScimUser) + exception.InFlight.Count(other => other.Outcome == "done"));
        Assert.All(exception.InFlight.Where(other => other.Outcome == "done"), other => Assert.NotNull(Assert.IsAssignableFrom<ScimUser>(other.Result).Id));
        Assert.Equal(exception.InFlight.Count, ((IList)_engine.Good("$warned, 0")[0].BaseObject).Count);
        Assert.DoesNotContain(_host.Lines, line => line.Contains("Row 2 ", StringComparison.Ordinal) && line.Contains("refused", StringComparison.Ordinal));
        // A row that cannot be sent at all stops as well.
        result = _engine.Run("""
            $rows = 1..50 | ForEach-Object { [pscustomobject]@{ userName = "later$_@contoso.com"; displayName = "N $_"; givenName = if ($_ -ne 2) { 'N' }; familyName = "$_" } }
            $rows | New-ScimUser -Password $p -ErrorAction Stop -WarningAction SilentlyContinue
            """);
        Assert.Single(result.Errors);
        Assert.Empty(result.Warnings);
        made = (int)_engine.Good("@(Get-ScimUser -Attributes userName | Where-Object userName -like 'later*').Count")[0].BaseObject;
        Assert.InRange(made, 0, 10);
    }

    [Fact]
    public void A_journal_that_cannot_be_used_is_one_error_and_nothing_is_said_of_rows()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.journal");
        using FileStream busy = new(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        _engine.Set("j", path).Good("$e = Start-ScimEmulator -Users 5 -Groups 1 -PassThru; Connect-Scim -Emulator");
        ErrorRecord error = _engine.Bad("1..40 | ForEach-Object { @{ userName = \"n$_@contoso.com\"; displayName = 'N'; givenName = 'N'; familyName = 'N' } } | New-ScimUser -Password $p -Journal $j");
        Assert.StartsWith("JournalInUse,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(_host.Lines, line => line.Contains("Row ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_resumed_creation_writes_what_was_created_before()
    {
        _engine.Set("j", Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.journal")).Good("""
            $e = Start-ScimEmulator -Users 5 -Groups 1 -PassThru; Connect-Scim -Emulator
            $rows = 1..3 | ForEach-Object { [pscustomobject]@{ userName = "n$_@contoso.com"; displayName = "N $_"; givenName = 'N'; familyName = "$_" } }
            $made = $rows | New-ScimUser -Password $p -Journal $j
            """);
        Engine.Result again = _engine.Run("$again = $rows | New-ScimUser -Password $p -Journal $j; $again | Add-ScimGroupMember (Get-ScimGroup -First 1); $again");
        Assert.Empty(again.Errors);
        Assert.Contains("finished", Assert.Single(again.Warnings), StringComparison.Ordinal);
        Assert.Equal(
            _engine.Good("$made | ForEach-Object { $_.id + $_.userName + $_.displayName }").Select(o => o.ToString()),
            _engine.Good("$again | ForEach-Object { $_.id + $_.userName + $_.displayName }").Select(o => o.ToString()));
        Assert.All(again.Output, user => Assert.IsAssignableFrom<ScimUser>(user.BaseObject));
        // Another input is refused, and nothing is sent.
        ErrorRecord error = _engine.Bad("[pscustomobject]@{ userName = 'other@contoso.com'; displayName = 'O'; givenName = 'O'; familyName = 'O' } | New-ScimUser -Password $p -Journal $j");
        Assert.StartsWith("JournalMismatch,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(_engine.Good("Get-ScimUser -Attributes userName | Where-Object userName -like 'other*'"));
    }

    [Fact]
    public void A_server_that_goes_away_is_why_rows_were_not_done()
    {
        int posts = 0;
        OtherServer? server = null;
        server = new OtherServer(request =>
        {
            if (Interlocked.Increment(ref posts) == 3)
                server!.Dispose();
            return posts >= 3 ? null : (201, User(posts.ToString(System.Globalization.CultureInfo.InvariantCulture), 1));
        });
        Engine.Result result = _engine.Set("b", server.BaseUri).Run("""
            Connect-Scim -BaseUri $b -AccessToken $t -MaximumRetryCount 1
            1..30 | ForEach-Object { Set-ScimUser "$_" -Title x -ErrorAction SilentlyContinue -ErrorVariable +failed } 2>$null
            1..30 | Set-ScimUser -Title x -ErrorVariable +failed
            """);
        Assert.NotEmpty(result.Errors);
        Assert.DoesNotContain(result.Errors, error => error.FullyQualifiedErrorId.StartsWith("Cancelled", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"$ref":"https://x/scim/Users/2"}""", "Users/2")]
    [InlineData("""{"$ref":"../Users/CORP%2Fann","display":"Ann"}""", "Users/CORP/ann")]
    [InlineData("""{"value":"1"},{"value":"1","display":"Ann"}""", null)]
    public void A_member_counts_once_and_by_its_address_where_it_has_no_value(string members, string? removed)
    {
        using var server = new OtherServer(request => request.HttpMethod == "PATCH"
            ? (204, "")
            : (200, $$"""{"id":"g","displayName":"G","members":[{"value":"1"},{{members}}]}"""));
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t; Sync-ScimGroupMember g 1 -Confirm:$false");
        Assert.Equal(removed is null ? 0 : 1, server.Asked.Count(asked => asked.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Fact]
    public void Members_that_have_only_a_name_are_not_left_in_without_a_word()
    {
        using var server = new OtherServer(request => request.Url!.AbsolutePath.EndsWith("/Users", StringComparison.Ordinal)
            ? (400, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidFilter","detail":"no"}""")
            : (200, """{"id":"g","displayName":"G","members":[{"display":"Ann"},{"value":"1"}]}"""));
        ErrorRecord error = _engine.Set("b", server.BaseUri).Bad("Connect-Scim -BaseUri $b -AccessToken $t; Sync-ScimGroupMember g 1 -Confirm:$false");
        Assert.Contains("members without an id", error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Asked, asked => asked.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public void An_id_with_a_slash_is_read_changed_and_removed()
    {
        using var server = new OtherServer(request => request.HttpMethod == "DELETE" ? (204, "") : (200, User("CORP/ann", 1)));
        _engine.Set("b", server.BaseUri).Good("""
            Connect-Scim -BaseUri $b -AccessToken $t
            $u = 'CORP/ann' | Get-ScimUser
            $u | Set-ScimUser -Title x
            $u | Remove-ScimUser -Confirm:$false
            """);
        Assert.Equal(["GET", "PATCH", "DELETE"], server.Asked.Select(asked => asked.Split(' ')[0]));
    }
}
