using System;
using System.Linq;
using System.Management.Automation;
using PSScim.Filters;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Filters;

/// <summary>Filters in PowerShell's operators: what they become, whose variables they see, what is refused.</summary>
public sealed class ScriptFilterTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    private string Translate(string script) =>
        new ScriptFilter(_engine.Runspace.SessionStateProxy.PSVariable).Translate(ScriptBlock.Create(script));

    [Theory]
    [InlineData("userName -eq 'ann@contoso.com'", "userName eq \"ann@contoso.com\"")]
    [InlineData("userName -like '*@contoso.com' -and active -eq $true", "userName ew \"@contoso.com\" and active eq true")]
    [InlineData("userName -like 'ann*'", "userName sw \"ann\"")]
    [InlineData("displayName -like '*nn*'", "displayName co \"nn\"")]
    [InlineData("title -like '*'", "title pr")]
    [InlineData("userName -notlike '*@contoso.com'", "not (userName ew \"@contoso.com\")")]
    [InlineData("active", "active eq true")]
    [InlineData("active -eq false", "active eq false")]
    [InlineData("userName -eq true", "userName eq \"true\"")]
    [InlineData("title -eq $null", "not (title pr)")]
    [InlineData("title -ne $null", "title pr")]
    [InlineData("a -gt 5 -or b -le -1", "a gt 5 or b le -1")]
    [InlineData("a -eq 1 -or b -eq 2 -and c -eq 3", "(a eq 1 or b eq 2) and c eq 3")]
    [InlineData("a -eq 1 -or (b -eq 2 -and c -eq 3)", "a eq 1 or b eq 2 and c eq 3")]
    [InlineData("active -and -not (userName -like '*@x')", "active eq true and not (userName ew \"@x\")")]
    [InlineData("id -in 'a', 'b'", "id eq \"a\" or id eq \"b\"")]
    [InlineData("active -and id -in @('a', 'b')", "active eq true and (id eq \"a\" or id eq \"b\")")]
    [InlineData("$_.userName -like '*@x' -and $_.name.givenName -ieq 'Ann'", "userName ew \"@x\" and name.givenName eq \"Ann\"")]
    [InlineData("$_.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.manager.value -eq 'x'", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"x\"")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department -eq 'x'", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"x\"")]
    [InlineData("usageLocation", "usageLocation pr")]
    [InlineData("-not $_.usageLocation", "not (usageLocation pr)")]
    [InlineData("-not $_.active -and $_.name.givenName", "not (active eq true) and name.givenName pr")]
    [InlineData("(active) -and ($_.a -eq 1)", "active eq true and a eq 1")]
    [InlineData("displayName -eq 'a\"b\\c'", "displayName eq \"a\\\"b\\\\c\"")]
    [InlineData("meta.created -gt ([datetime]'2026-01-31T08:00:00Z')", "meta.created gt \"2026-01-31T08:00:00Z\"")]
    public void It_becomes_a_filter(string script, string expected) => Assert.Equal(expected, Translate(script));

    [Theory]
    [InlineData("department -eq $dept", "department eq \"R & D \\\"quoted\\\"\"")]
    [InlineData("userName -like \"*@$domain\"", "userName ew \"@contoso.com\"")]
    [InlineData("userName -eq \"$($user.name)@$domain\"", "userName eq \"ann@contoso.com\"")]
    [InlineData("userName -eq $user.name", "userName eq \"ann\"")]
    [InlineData("userName -eq $table.name", "userName eq \"ann\"")]
    [InlineData("active -eq $yes", "active eq true")]
    [InlineData("id -in $ids", "id eq \"a\" or id eq \"b\"")]
    [InlineData("userName -eq $table['name']", "userName eq \"ann\"")]
    [InlineData("$_.userName -eq $table['name']", "userName eq \"ann\"")]
    [InlineData("id -in $ids[0..9]", "id eq \"a\" or id eq \"b\"")]
    [InlineData("id -eq $ids[-1]", "id eq \"b\"")]
    [InlineData("$_.id -in $ids[1..0]", "id eq \"b\" or id eq \"a\"")]
    [InlineData("userName -eq \"$($ids[0])@x\"", "userName eq \"a@x\"")]
    [InlineData("meta.created -lt $when", "meta.created lt \"2026-01-31T08:00:00.5Z\"")]
    public void Variables_have_the_callers_values(string script, string expected)
    {
        _engine.Good("""
            $dept = 'R & D "quoted"'; $domain = 'contoso.com'; $user = [pscustomobject]@{ name = 'ann' }; $yes = $true
            $ids = 'a', 'b'; $table = @{ name = 'ann' }; $when = [datetime]::new(2026, 1, 31, 8, 0, 0, 500, [DateTimeKind]::Utc)
            """);
        Assert.Equal(expected, Translate(script));
    }

    [Theory]
    [InlineData("userName -match 'x'", "doesn't support this operator")]
    [InlineData("userName -like 'a*b'", "only * as a wildcard")]
    [InlineData("userName -eq $nothere", "variable doesn't exist")]
    [InlineData("userName -eq (Get-Date)", "doesn't run commands")]
    [InlineData("userName -eq 'a'.ToUpper()", "Compute other values")]
    [InlineData("userName -eq", "Expected more after this")]
    [InlineData("userName 'a'", "Expected an operator")]
    [InlineData("userName -eq 'a' userName -eq 'b'", "Expected -and or -or")]
    [InlineData("userName -ceq 'x'", "Use -eq")]
    [InlineData("$_.userName -clike 'x*'", "Use -like")]
    [InlineData("shoeSize", "-eq $true")]
    [InlineData("-not $_.shoeSize", "-eq $true")]
    [InlineData("emails.value -ne userName", "not with another attribute")]
    [InlineData("$_.title -eq $_.userType", "not with another attribute")]
    [InlineData("id -in $PSHOME[0..1]", "neither a list nor a hashtable")]
    [InlineData("id -in @()", "list is empty")]
    [InlineData("a -gt [datetime]'2026-01-31'", "in parentheses")]
    [InlineData("active; title", "single expression")]
    [InlineData("1 -eq 1", "Expected an attribute")]
    [InlineData("'x eq 1 or y' -eq 1", "Expected an attribute")]
    public void Invalid_filter_is_reported_with_its_position(string script, string reason)
    {
        var error = Assert.Throws<ScriptFilterException>(() => Translate(script));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains(script, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Script_blocks_and_parameters_choose_at_the_service()
    {
        _engine.Good("$e = Start-ScimEmulator -Users 200 -Groups 10 -PassThru; Connect-Scim -Emulator; $one = Get-ScimUser -First 1; $group = Get-ScimGroup -First 1");
        try
        {
            string id = _engine.Good("$one.id")[0].ToString()!;
            foreach (string script in new[]
            {
                "Get-ScimUser -Filter { userName -eq $one.userName }",
                "Get-ScimUser { $_.userName -eq $one.userName }",
                "Get-ScimUser -UserName $one.userName",
                "& { param($mine) function F { $inner = $mine.userName; Get-ScimUser -Filter { userName -eq $inner } }; F } $one",
                "Get-ScimUser -Filter { id -eq $one } -UserName $one.userName",
            })
                Assert.Equal(id, Assert.Single(_engine.Good(script)).Properties["id"].Value);
            Assert.Equal(
                _engine.Good("Get-ScimUser | Where-Object { -not $_.active -and $_.userName -like '*.com' } | ForEach-Object id").Select(i => i.ToString()),
                _engine.Good("Get-ScimUser -UserName *.com -Enabled $false | ForEach-Object id").Select(i => i.ToString()));
            string members = "Get-ScimUser -Filter ('groups.value eq \"' + $group.id + '\"') | ForEach-Object id";
            Assert.NotEmpty(_engine.Good(members));
            Assert.Equal(_engine.Good(members).Select(i => i.ToString()), _engine.Good("Get-ScimUser -MemberOf $group | ForEach-Object id").Select(i => i.ToString()));
            Assert.Contains(
                _engine.Good("$group.id")[0].ToString(),
                _engine.Good("$m = Get-ScimUser -MemberOf $group -First 1; Get-ScimGroup -Member $m | ForEach-Object id").Select(i => i.ToString()));
            Assert.NotEmpty(_engine.Good("Get-ScimGroup -DisplayName ('*' + $group.displayName.Substring(2))"));
            Assert.Empty(_engine.Good("Get-ScimGroup -Owner 00000000-0000-0000-0000-000000000001; Get-ScimUser -OwnerOf 00000000-0000-0000-0000-000000000001"));
            Assert.StartsWith("FilterSyntax,", _engine.Bad("Get-ScimUser -UserName a*b").FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.StartsWith("ParameterArgumentTransformationError,", _engine.Bad("Get-ScimUser -Filter { userName -match 'x' }").FullyQualifiedErrorId, StringComparison.Ordinal);
        }
        finally
        {
            _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        }
    }
}
