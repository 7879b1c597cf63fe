using System;
using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>What cannot be: a clear error that names row and attribute, and no request.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly Engine _engine = new();

    public BadInputTests()
    {
        _engine.Set("p", Engine.Secure("Correct-Horse-7"));
        _engine.Good("""
            $e = Start-ScimEmulator -Users 20 -Groups 3 -PassThru; Connect-Scim -Emulator
            $u = Get-ScimUser -First 1
            function Ann($more = @{}) { $a = @{ userName = 'ann@contoso.com'; displayName = 'Ann Ek'; givenName = 'Ann'; familyName = 'Ek' }; foreach ($k in $more.Keys) { $a[$k] = $more[$k] }; $a }
            """);
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    [Theory]
    [InlineData("@{ displayName = 'x'; givenName = 'x'; familyName = 'x' } | New-ScimUser -Password $p", "RequiredAttribute", "userName")]
    [InlineData("Ann @{ active = 'maybe' } | New-ScimUser -Password $p", "InvalidValue", "'active'")]
    [InlineData("Ann @{ title = @{ a = 1 } } | New-ScimUser -Password $p", "InvalidValue", "'title'")]
    [InlineData("Ann @{ title = $p } | New-ScimUser", "InvalidValue", "only for the password")]
    [InlineData("Ann @{ title = { 1 } } | New-ScimUser", "InvalidValue", "ScriptBlock")]
    [InlineData("Ann @{ employeeHireDate = '31.12.2026' } | New-ScimUser -Password $p", "InvalidValue", "'employeeHireDate'")]
    [InlineData("Ann @{ creationType = 'x' } | New-ScimUser -Password $p", "ReadOnlyAttribute", "'creationType'")]
    [InlineData("Ann @{ 'emails[home]' = 'x' } | New-ScimUser -Password $p", "UnknownAttribute", "emails[work], emails[other]")]
    [InlineData("Ann @{ titel = 'x' } | New-ScimUser -Password $p", "UnknownAttribute", "Did you mean 'title'?")]
    [InlineData("Ann @{ title = 'x' * 20001 } | New-ScimUser -Password $p", "ValueTooLong", "20001")]
    [InlineData("Ann @{ manager = 'Bob' } | New-ScimUser -Password $p", "InvalidValue", "manager")]
    [InlineData("@{ id = $u.id; password = 'x' } | Set-ScimUser", "PasswordOnUpdate", "only when a user is created")]
    [InlineData("Set-ScimUser $u -Replace @{ password = 'x' }", "PasswordOnUpdate", "only when a user is created")]
    [InlineData("Set-ScimUser $u -Replace @{ userName = $null }", "RequiredAttribute", "'userName'")]
    [InlineData("Set-ScimUser $u -Clear mailNickname", "RequiredAttribute", "mailNickname")]
    [InlineData("Set-ScimUser '../groups/1' -Title x", "InvalidId", "../groups/1")]
    [InlineData("'a/b' | Remove-ScimUser -Confirm:$false", "InvalidId", "a/b")]
    [InlineData("Set-ScimUser 42 -Title x", "InvalidId", "42")]
    [InlineData("@{ id = $u.id; members = @($u.id) } | Set-ScimGroup", "ReadOnlyAttribute", "Add-ScimGroupMember")]
    [InlineData("'x' | Add-ScimGroupMember (Get-ScimGroup -First 1)", "InvalidId", "x", false)]
    [InlineData("@{ a = 1 } | Add-ScimGroupMember $u.id", "InvalidId", "member")]
    [InlineData("$u.meta.location = 'https://x'; $u | Set-ScimUser", "ReadOnlyAttribute", "meta.location")]
    [InlineData("$u.emails[0].type = 'other'; $u | Set-ScimUser", "InvalidValue", "emails[0].type")]
    public void It_is_told_before_anything_is_sent(string script, string id, string says, bool free = true)
    {
        long before = Requests();
        ErrorRecord error = _engine.Bad(script);
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(says, error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Correct-Horse", error.Exception.Message, StringComparison.Ordinal);
        if (free)
            Assert.Equal(before, Requests());
    }

    [Fact]
    public void The_row_is_named_it_is_the_target_and_the_others_go_on()
    {
        Engine.Result result = _engine.Run("""
            $rows = 1..5 | ForEach-Object { [pscustomobject]@{ userName = "u$_@contoso.com"; displayName = "U $_"; givenName = 'U'; familyName = "$_"; active = 'true' } }
            $rows[2].active = 'maybe'
            $rows | New-ScimUser -Password $p
            """);
        Assert.Equal(4, result.Output.Length);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.StartsWith("Row 3 (u3@contoso.com): \"maybe\" isn't a valid value of 'active'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("u3@contoso.com", error.TargetObject);
    }

    [Fact]
    public void ErrorAction_Stop_stops_at_once()
    {
        Engine.Result result = _engine.Run("""
            $rows = 1..200 | ForEach-Object { @{ userName = "s$_@contoso.com"; displayName = "S $_"; givenName = 'S'; familyName = "$_" } }
            $rows[0].active = 'maybe'
            $rows | New-ScimUser -Password $p -ThrottleLimit 1 -ErrorAction Stop
            """);
        Assert.Single(result.Errors);
        Assert.Empty(result.Output);
        // The window of rows that were taken ahead of the first answer, and not one of those behind it.
        Assert.InRange((int)_engine.Good("@(Get-ScimUser -Attributes displayName | Where-Object displayName -like 'S *').Count")[0].BaseObject, 0, 20);
    }

    private long Requests() => (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject;
}
