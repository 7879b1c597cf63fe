using System;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Creating, changing and deleting through the engine, against the emulator: every form of input.</summary>
public sealed class WriteTests : IDisposable
{
    private const string Enterprise = "'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'";
    private readonly RecordingHost _host = new();
    private readonly Engine _engine;

    public WriteTests()
    {
        _engine = new Engine(host: _host);
        _engine.Set("p", Engine.Secure("Correct-Horse-7"));
        _engine.Good("""
            $e = Start-ScimEmulator -Users 60 -Groups 10 -PassThru; Connect-Scim -Emulator
            function Ann($name = 'ann') { [ordered]@{ userName = "$name@contoso.com"; displayName = 'Ann Ek'; givenName = 'Ann'; familyName = 'Ek' } }
            """);
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    private string Text(string script) => string.Join("|", _engine.Good(script).Select(o => o?.ToString()));

    private long Requests() => (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject;

    [Fact]
    public void A_user_is_made_of_parameters()
    {
        PSObject made = Assert.Single(_engine.Good("""
            New-ScimUser -UserName ann@contoso.com -DisplayName 'Ann Ek' -GivenName Ann -FamilyName Ek -Password $p -Department Sales `
                -Title Lead -Email ann@contoso.com -MobilePhone '+43 1' -City Graz -Manager (Get-ScimUser -First 1) -EmployeeHireDate '2026-01-31'
            """));
        Assert.IsAssignableFrom<ScimUser>(made.BaseObject);
        _engine.Set("made", made);
        Assert.Equal(
            "ann@contoso.com|True|Ann|Sales|Lead|ann@contoso.com|+43 1|Graz",
            Text($"$u = Get-ScimUser -Id $made.id; $u.userName; $u.active; $u.name.givenName; $u.{Enterprise}.department; $u.title; $u.emails[0].value; $u.phoneNumbers[0].value; $u.addresses[0].locality"));
        Assert.Equal(Text("(Get-ScimUser -First 1).id"), Text($"(Get-ScimUser -Id $made.id).{Enterprise}.manager.value"));
    }

    [Theory]
    [InlineData("Ann | New-ScimUser -Password $p")]
    [InlineData("New-ScimUser -InputObject (Ann) -Password $p")]
    [InlineData("[ordered]@{ UserName = 'ann@contoso.com'; DisplayName = 'Ann Ek'; 'name.givenName' = 'Ann'; LastName = 'Ek' } | New-ScimUser -Password $p")]
    [InlineData("[pscustomobject](Ann) | New-ScimUser -Password $p")]
    [InlineData("[pscustomobject]@{ userName = 'ann@contoso.com'; displayName = 'Ann Ek'; name = [pscustomobject]@{ givenName = 'Ann'; familyName = 'Ek' }; schemas = @('x'); meta = $null } | New-ScimUser -Password $p")]
    [InlineData("[pscustomobject]@{ UserName = 'ann@contoso.com'; DisplayName = 'Ann Ek'; GivenName = 'Ann'; familyName = 'Ek'; Enabled = 'True'; Title = ''; id = '' } | New-ScimUser -Password $p")]
    [InlineData("Get-ScimUser -First 1 | New-ScimUser -UserName ann@contoso.com -DisplayName 'Ann Ek' -GivenName Ann -FamilyName Ek -MailNickname ann -Password $p")]
    [InlineData("New-ScimUser -Attributes (Ann) -Password $p")]
    public void A_user_is_made_of_any_form_of_input(string script)
    {
        Assert.Equal("ann@contoso.com|Ann Ek|Ann|Ek|True", Text($"$u = {script}; $u.userName; $u.displayName; $u.name.givenName; $u.name.familyName; $u.active"));
    }

    [Fact]
    public void A_password_as_text_is_taken_with_one_warning_and_never_shown()
    {
        Engine.Result result = _engine.Run("1..3 | ForEach-Object { $a = Ann \"a$_\"; $a.password = 'Secret-Word-9'; [pscustomobject]$a } | New-ScimUser -Verbose");
        Assert.Empty(result.Errors);
        Assert.Equal(3, result.Output.Length);
        Assert.Single(result.Warnings);
        Assert.DoesNotContain("Secret-Word-9", string.Join(" ", [.. result.Verbose, .. result.Warnings]), StringComparison.Ordinal);
        long before = Requests();
        string request = Assert.Single(_engine.Run("Ann b | New-ScimUser -Password $p -WhatIf -Verbose").Verbose, line => line.Contains("POST", StringComparison.Ordinal));
        string shown = Assert.Single(_host.Lines, line => line.StartsWith("What if: ", StringComparison.Ordinal));
        Assert.Contains("\"password\":\"***\"", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Correct-Horse-7", shown + request, StringComparison.Ordinal);
        Assert.Equal(before, Requests());
    }

    [Fact]
    public void What_if_says_who_and_what_and_with_verbose_each_request_and_sends_nothing()
    {
        _engine.Good("$u = Get-ScimUser -First 1; $g = Get-ScimGroup -First 1; $ids = Get-ScimUser -First 25 -Attributes id");
        long before = Requests();
        string[] verbose = _engine.Run("""
            & { $VerbosePreference = 'Continue'
            Ann | New-ScimUser -WhatIf
            New-ScimGroup -DisplayName Graz -WhatIf
            Set-ScimUser $u -Title Lead -WhatIf
            Remove-ScimUser $u -WhatIf
            Disable-ScimUser $u -WhatIf
            Set-ScimGroup $g -Description d -WhatIf
            Remove-ScimGroup $g -WhatIf
            $ids | Add-ScimGroupMember $g -WhatIf
            Remove-ScimGroupMember $g $u -WhatIf
            $WhatIfPreference = $true; Enable-ScimUser $u }
            Invoke-ScimRequest users -Method POST -Body '{"a":1}' -WhatIf
            """).Verbose;
        Assert.Equal(before, Requests());
        string[] lines = [.. _host.Lines.Where(line => line.StartsWith("What if: ", StringComparison.Ordinal))];
        string id = Text("$u.id"), group = Text("$g.id"), name = Text("$u.userName"), title = Text("$u.title");
        foreach (string part in new[]
        {
            "POST /rp/scim/users {\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"ann@contoso.com\"",
            "\"displayName\":\"Graz\"",
            $"PATCH /rp/scim/users/{id} {{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[{{\"op\":\"replace\",\"path\":\"title\",\"value\":\"Lead\"}}]}}",
            $"DELETE /rp/scim/users/{id}",
            "{\"op\":\"replace\",\"path\":\"active\",\"value\":false}",
            $"DELETE /rp/scim/groups/{group}",
            $"members[value eq \\\"{id}\\\"]",
            "{\"op\":\"replace\",\"path\":\"active\",\"value\":true}",
        })
            Assert.Contains(verbose, line => line.Contains(part, StringComparison.Ordinal));
        // 25 members are two requests.
        Assert.Equal(2, verbose.Count(line => line.Contains("\"op\":\"add\",\"path\":\"members\"", StringComparison.Ordinal)));
        foreach (string part in new[]
        {
            "Row 1, ann@contoso.com: create userName = 'ann@contoso.com'; displayName = 'Ann Ek'",
            "Graz: create displayName = 'Graz'",
            $"{name} (id {id}): change title from '{title}' to 'Lead'",
            $"{name} (id {id}): delete",
            $"{name} (id {id}): change active from 'True' to 'False'",
            "change description",
            $"Add to group {group}: 25 members, the first is ",
            $"Remove from group {group}: {name} (id {id})",
            "POST /rp/scim/users {\"a\":1}",
        })
            Assert.Contains(lines, line => line.Contains(part, StringComparison.Ordinal));
        Assert.Equal(11, lines.Length);
    }

    [Fact]
    public void Parameters_and_the_grammar_of_Set_ADUser_change_a_user_by_one_request()
    {
        _engine.Good("$u = Get-ScimUser -First 1");
        long before = Requests();
        Assert.Empty(_engine.Good("Set-ScimUser $u.id -Title Lead -Department Sales -Replace @{ officeLocation = 'Graz 1'; 'phoneNumbers[mobile]' = '+43 1' } -Add @{ 'phoneNumbers[fax]' = '+43 2' } -Clear costCenter, preferredLanguage"));
        Assert.Equal(before + 1, Requests());
        Assert.Equal(
            "Lead|Sales||True|+43 1|+43 2",
            Text($"$n = Get-ScimUser -Id $u.id; $n.title; $n.{Enterprise}.department; $n.{Enterprise}.costCenter; $null -eq $n.preferredLanguage; ($n.phoneNumbers | Where-Object type -eq mobile).value; ($n.phoneNumbers | Where-Object type -eq fax).value"));
        Assert.Equal("Chief", Text("(Set-ScimUser $u -Title Chief -PassThru).title"));
        Assert.Equal("True", Text("$null -eq (Set-ScimUser $u -Clear title -PassThru).title"));
        _engine.Good("Set-ScimUser $u -Remove @{ phoneNumbers = @{ type = 'fax' } }");
        Assert.Equal("0", Text("@((Get-ScimUser -Id $u.id).phoneNumbers | Where-Object type -eq fax).Count"));
    }

    [Fact]
    public void Only_what_was_set_on_the_object_is_sent()
    {
        _engine.Good($"$u = Get-ScimUser -First 1; $u.title = 'Edited'; $u.name.familyName = 'Lind'; $u.emails[0].value = 'new@contoso.com'; $u.{Enterprise}.employeeNumber = $null; ");
        string shown = Assert.Single(_engine.Run("$u | Set-ScimUser -WhatIf -Verbose; $u | Set-ScimUser").Verbose, line => line.Contains("PATCH", StringComparison.Ordinal));
        Assert.EndsWith(
            "\"Operations\":[{\"op\":\"replace\",\"path\":\"title\",\"value\":\"Edited\"},{\"op\":\"replace\",\"path\":\"name.familyName\",\"value\":\"Lind\"},"
            + "{\"op\":\"replace\",\"path\":\"emails[type eq \\\"work\\\"].value\",\"value\":\"new@contoso.com\"},"
            + "{\"op\":\"remove\",\"path\":\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber\"}]}",
            shown,
            StringComparison.Ordinal);
        Assert.Equal("Edited|Lind|new@contoso.com|True", Text($"$n = Get-ScimUser -Id $u.id; $n.title; $n.name.familyName; $n.emails[0].value; $null -eq $n.{Enterprise}.employeeNumber"));
    }

    [Fact]
    public void A_list_that_was_set_sends_what_differs_in_it()
    {
        _engine.Good("$u = Get-ScimUser -First 1; $u.phoneNumbers = @(@{ type = 'mobile'; value = '+43 9' }); $u | Set-ScimUser");
        Assert.Equal("mobile+43 9", Text("(Get-ScimUser -Id $u.id).phoneNumbers | ForEach-Object { $_.type + $_.value }"));
    }

    [Fact]
    public void Entra_has_one_address_of_each_type_to_write_and_more_are_refused_by_name()
    {
        _engine.Good("$u = Get-ScimUser -First 1; Set-ScimUser $u -Replace @{ 'emails[other]' = 'a@example.org' }; Set-ScimUser $u -Replace @{ 'emails[other].value' = 'b@example.org' }");
        Assert.Equal("b@example.org", Text("((Get-ScimUser -Id $u.id).emails | Where-Object type -eq other).value"));
        long before = Requests();
        foreach (string script in new[]
        {
            "Set-ScimUser $u -Replace @{ emails = @{ type = 'other'; value = 'a@example.org' }, @{ type = 'other'; value = 'b@example.org' } }",
            "$n = Ann; $n.emails = @{ type = 'other'; value = 'a@example.org' }, @{ type = 'other'; value = 'b@example.org' }; $n | New-ScimUser -Password $p",
        })
        {
            ErrorRecord error = _engine.Bad(script);
            Assert.StartsWith("InvalidValue,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("one value of each type", error.Exception.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, Requests());
        _engine.Good("Set-ScimUser $u -Clear 'emails[other]'");
        Assert.Equal("0", Text("@((Get-ScimUser -Id $u.id).emails | Where-Object type -eq other).Count"));
    }

    [Fact]
    public void No_change_is_no_request()
    {
        _engine.Good("$u = Get-ScimUser -First 1");
        long before = Requests();
        _engine.Good("$u | Set-ScimUser; $u.title = $u.title; $u | Set-ScimUser; Set-ScimUser $u.id");
        Assert.Equal(before, Requests());
    }

    [Fact]
    public void What_is_named_by_its_user_name_is_looked_up_and_a_wrong_one_is_told()
    {
        _engine.Good("$u = Get-ScimUser -First 1");
        Assert.Equal("Lead", Text("[pscustomobject]@{ userName = $u.userName; title = 'Lead'; department = '' } | Set-ScimUser; (Get-ScimUser -Id $u.id).title"));
        ErrorRecord error = _engine.Bad("@{ userName = 'nobody@contoso.com'; title = 'x' } | Set-ScimUser");
        Assert.StartsWith("ResourceNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("InvalidId,", _engine.Bad("@{ title = 'x' } | Set-ScimUser").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Set-ScimUser -UserName $u.userName -Title Lead", "title", "Lead")]
    [InlineData("Set-ScimUser -UserPrincipalName $u.userName -Replace @{ title = 'Lead' } -Clear department", "title", "Lead")]
    [InlineData("Set-ScimUser -UserName $u.userName -Replace @{ userName = 'new@contoso.com' }", "userName", "new@contoso.com")]
    [InlineData("Set-ScimUser -Id $u.id -UserName new@contoso.com", "userName", "new@contoso.com")]
    [InlineData("$u | Set-ScimUser -UserName new@contoso.com", "userName", "new@contoso.com")]
    [InlineData("Set-ScimUser -InputObject @{ UserPrincipalName = $u.userName } -UserName new@contoso.com", "userName", "new@contoso.com")]
    [InlineData("Disable-ScimUser -UserName $u.userName", "active", "False")]
    [InlineData("Disable-ScimUser $u; Enable-ScimUser -UserName $u.userName", "active", "True")]
    [InlineData("[pscustomobject]@{ UserPrincipalName = $u.userName } | Disable-ScimUser", "active", "False")]
    public void A_user_is_changed_by_its_name_alone(string script, string attribute, string value)
    {
        _engine.Good("$u = Get-ScimUser -First 1; " + script);
        Assert.Equal(value, Text($"(Get-ScimUser -Id $u.id).{attribute}"));
    }

    [Fact]
    public void What_is_found_by_its_name_is_changed_by_two_requests_and_its_name_is_not_sent()
    {
        _engine.Good("$u = Get-ScimUser -First 1");
        long before = Requests();
        string[] verbose = _engine.Run("Set-ScimUser -UserName $u.userName -Title Lead; Set-ScimUser -UserName $u.userName -Title Lead -WhatIf -Verbose").Verbose;
        Assert.Equal(before + 2, Requests());
        string shown = Assert.Single(verbose, line => line.Contains("PATCH", StringComparison.Ordinal));
        Assert.EndsWith("\"Operations\":[{\"op\":\"replace\",\"path\":\"title\",\"value\":\"Lead\"}]}", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_are_removed_by_their_names_and_one_that_is_not_there_is_told()
    {
        ErrorRecord error = _engine.Bad("$u = Get-ScimUser -First 2; Remove-ScimUser -UserName $u[0].userName, nobody@contoso.com, $u[1].userName -Confirm:$false");
        Assert.StartsWith("ResourceNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal("nobody@contoso.com", error.TargetObject);
        Assert.Equal(2, _engine.Run("$u.id | Get-ScimUser").Errors.Length);
    }

    [Theory]
    [InlineData("$u | Remove-ScimUser -Confirm:$false")]
    [InlineData("$u.id | Remove-ScimUser -Confirm:$false")]
    [InlineData("Remove-ScimUser -Id $u.id -Confirm:$false")]
    [InlineData("Remove-ScimUser $u -Confirm:$false")]
    [InlineData("[pscustomobject]@{ userName = $u.userName; other = 1 } | Remove-ScimUser -Confirm:$false")]
    public void A_user_is_deleted_by_any_form_of_input(string script)
    {
        _engine.Good("$u = Get-ScimUser -First 1; " + script);
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Get-ScimUser -Id $u.id").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Users_are_disabled_and_enabled()
    {
        _engine.Good("$u = Get-ScimUser -Enabled $true -First 3; $u | Disable-ScimUser");
        Assert.Equal("False|False|False", Text("$u | Get-ScimUser | ForEach-Object active"));
        Assert.Equal("True", Text("Enable-ScimUser $u[0].id; (Get-ScimUser -Id $u[0].id).active"));
    }

    [Fact]
    public void Groups_are_made_changed_and_deleted()
    {
        _engine.Good("$g = New-ScimGroup -DisplayName 'Graz 1' -Description d; $g | Set-ScimGroup -Description e; $g.displayName = 'Graz 2'; $g | Set-ScimGroup");
        const string Group = "'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:Group'";
        Assert.Equal("Graz 2|e|Graz1|True|False", Text($"$n = Get-ScimGroup -Id $g.id; $n.displayName; $n.{Group}.description; $n.{Group}.mailNickname; $n.{Group}.securityEnabled; $n.{Group}.mailEnabled"));
        _engine.Good("Remove-ScimGroup $g -Confirm:$false");
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Get-ScimGroup -Id $g.id").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Custom_security_attributes_are_written_typed_read_by_set_and_cleared()
    {
        const string Urn = "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:CustomSecurityAttributes";
        _engine.Good($"$u = Get-ScimUser -First 1; $s = '{Urn}'; Set-ScimUser $u -Replace @{{ \"${{s}}:Engineering.Level\" = 7; \"${{s}}:Engineering.Cleared\" = $true; \"${{s}}:Engineering.Projects\" = @('a', 'b') }}");
        Assert.Equal("7|Int64|True|a,b", Text("$c = (Get-ScimUser -Id $u.id -Attributes \"${s}:Engineering\").$s.Engineering; $c.Level; $c.Level.GetType().Name; $c.Cleared; $c.Projects -join ','"));
        _engine.Good("Set-ScimUser $u -Replace @{ \"${s}:Engineering.Level\" = @() } -Clear \"${s}:Engineering.Cleared\"");
        Assert.Equal("True|True|a,b", Text("$c = (Get-ScimUser -Id $u.id -Attributes \"${s}:Engineering\").$s.Engineering; $null -eq $c.Level; $null -eq $c.Cleared; $c.Projects -join ','"));
    }

    [Fact]
    public void A_request_of_ones_own_is_sent_and_its_errors_are_like_all_others()
    {
        _engine.Good("$u = Get-ScimUser -First 1");
        Assert.Equal(Text("$u.userName"), Text("(Invoke-ScimRequest \"users/$($u.id)\").userName"));
        Assert.StartsWith("{\"schemas\"", Text("Invoke-ScimRequest 'users?count=1' -Raw"), StringComparison.Ordinal);
        // What -WhatIf shows of a request is no member of what a server sends.
        _engine.Good("Set-ScimUser $u -Title Planned -WhatIf");
        Assert.Equal("", Text("(Invoke-ScimRequest 'users?count=1').PSObject.Properties.Name | Where-Object { $_ -in 'method', 'path', 'body' }"));
        _engine.Good("@{ schemas = @('urn:ietf:params:scim:api:messages:2.0:PatchOp'); Operations = @(@{ op = 'replace'; path = 'title'; value = 'Own' }) } | Invoke-ScimRequest \"/users/$($u.id)\" -Method PATCH");
        Assert.Equal("Own", Text("(Get-ScimUser -Id $u.id).title"));
        Assert.StartsWith("ResourceNotFound,", _engine.Bad("Invoke-ScimRequest users/00000000-0000-0000-0000-00000000dead").FullyQualifiedErrorId, StringComparison.Ordinal);
        long before = Requests();
        _engine.Good("Invoke-ScimRequest users -Method POST -Body @{ userName = 'x'; password = 'Secret-Word-9' } -WhatIf -Verbose");
        Assert.Contains(_host.Lines, line => line.Contains("\"password\":\"***\"", StringComparison.Ordinal));
        Assert.DoesNotContain(_host.Lines, line => line.Contains("Secret-Word-9", StringComparison.Ordinal));
        Assert.StartsWith("InvalidRequest,", _engine.Bad("Invoke-ScimRequest ../beta/users").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("InvalidRequest,", _engine.Bad("Invoke-ScimRequest https://evil.example/").FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(before, Requests());
    }
}
