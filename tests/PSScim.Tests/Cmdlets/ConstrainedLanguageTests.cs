using System.Management.Automation;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>A runspace in ConstrainedLanguage mode, as AppLocker and App Control put a user's into.</summary>
public sealed class ConstrainedLanguageTests
{
    private static Engine Constrained()
    {
        var engine = new Engine();
        engine.Good("Start-ScimEmulator -Users 20 -Groups 2");
        engine.Runspace.SessionStateProxy.LanguageMode = PSLanguageMode.ConstrainedLanguage;
        return engine;
    }

    [Fact]
    public void The_mode_is_on()
    {
        using Engine engine = Constrained();
        Assert.Equal("MethodInvocationNotSupportedInConstrainedLanguage", engine.Bad("[System.IO.File]::Exists('x')").FullyQualifiedErrorId);
        engine.Good("Stop-ScimEmulator");
    }

    [Theory]
    [InlineData("(Get-ScimUser).Count", 20)]
    [InlineData("(Get-ScimUser -First 1).name.givenName.Length -gt 0", true)]
    [InlineData("@(Get-ScimUser -First 5 -Attributes id, userName | Where-Object userName -Like '*@*' | ForEach-Object { $_.userName }).Count", 5)]
    [InlineData("$u = Get-ScimUser -First 1; $n = $u.userName; (Get-ScimUser -Filter { userName -eq $n }).id -eq $u.id", true)]
    [InlineData("$u = Get-ScimUser -First 1; ($u | Get-ScimUser).id -eq $u.id", true)]
    [InlineData("@(Get-ScimGroup).Count", 2)]
    [InlineData("$null = Get-ScimUser -First 1; (Get-ScimContext).Requests -gt 0", true)]
    [InlineData("$u = Get-ScimUser -First 1; (Set-ScimUser $u -Replace @{ title = 'Lead' } -Add @{ 'phoneNumbers[fax]' = '1' } -PassThru).title", "Lead")]
    [InlineData("$u = Get-ScimUser -First 1; (@{ id = $u.id; title = 'Lead' } | Set-ScimUser -PassThru).title", "Lead")]
    [InlineData("$u = Get-ScimUser -First 1; (Set-ScimUser -UserName $u.userName -Title Lead -PassThru).title", "Lead")]
    [InlineData("(New-ScimGroup -DisplayName Graz -Attributes ([ordered]@{ description = 'd' })).displayName", "Graz")]
    [InlineData("$g = Get-ScimGroup -First 1; Get-ScimUser -First 3 | Add-ScimGroupMember $g; @(Get-ScimUser -First 3 | Sync-ScimGroupMember $g -WhatIf).Count", 0)]
    public void What_a_script_does_works_as_ever(string script, object expected)
    {
        using Engine engine = Constrained();
        engine.Good("Connect-Scim -Emulator");
        Assert.Equal(expected, Assert.Single(engine.Good(script)).BaseObject);
        engine.Good("Disconnect-Scim; Stop-ScimEmulator");
    }
}
