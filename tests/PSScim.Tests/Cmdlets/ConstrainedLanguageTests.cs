using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.SignIn;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>
/// A runspace in ConstrainedLanguage mode, as AppLocker and App Control put a user's into. No test casts to a type that the
/// mode refuses: the engine keeps how it converts for the whole process, and would refuse other runspaces too.
/// </summary>
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

    [Theory]
    [InlineData("(New-ScimUser -UserName a@contoso.com -DisplayName A -GivenName A -FamilyName B -Password $p -Enabled $true).userName", "a@contoso.com")]
    [InlineData("@($rows | New-ScimUser -GivenName A -FamilyName B -Password $p -Enabled $true).Count", 3)]
    [InlineData("Set-ScimUser $u -Title Chief; (Get-ScimUser -Id $u.id).title", "Chief")]
    [InlineData("Set-ScimUser $u -Replace @{ title = 'Chief'; department = 'Sales' } -Clear phoneNumbers; (Get-ScimUser -Id $u.id).title", "Chief")]
    [InlineData("$u | Remove-ScimUser -Confirm:$false; @(Get-ScimUser).Count", 19)]
    [InlineData("$g = New-ScimGroup -DisplayName Staff; Get-ScimUser -First 3 | Add-ScimGroupMember $g; @(Get-ScimUser -MemberOf $g).Count", 3)]
    [InlineData("$g = New-ScimGroup -DisplayName Staff; Get-ScimUser -First 3 | Sync-ScimGroupMember $g; Get-ScimUser -First 1 | Remove-ScimGroupMember $g -Confirm:$false; @(Get-ScimUser -MemberOf $g).Count", 2)]
    [InlineData("$null = Invoke-ScimRequest -Method PATCH -Path \"users/$($u.id)\" -Body @{ schemas = @('urn:ietf:params:scim:api:messages:2.0:PatchOp'); Operations = @(@{ op = 'replace'; path = 'title'; value = 'Chief' }) }; (Get-ScimUser -Id $u.id).title", "Chief")]
    public void What_writes_works_as_ever(string script, object expected)
    {
        using Engine engine = Constrained();
        engine.Set("p", Engine.Secure("Correct-Horse-9"));
        engine.Good("""
            Connect-Scim -Emulator
            $u = Get-ScimUser -First 1
            $rows = foreach ($i in 1..3) { @{ UserName = "row-$i@contoso.com"; DisplayName = "Row $i" } }
            """);
        Assert.Equal(expected, engine.Good(script).Last().BaseObject);
        engine.Good("Disconnect-Scim; Stop-ScimEmulator");
    }

    /// <summary>The engine forbids methods, and properties to be set, of all types but a few; a parameter does what they would.</summary>
    [Theory]
    [InlineData("$u.ToJson()", "MethodInvocationNotSupportedInConstrainedLanguage")]
    [InlineData("$u.title = 'Chief'", "PropertySetterNotSupportedInConstrainedLanguage")]
    public void What_the_mode_forbids_of_any_object_it_forbids_of_ours(string script, string id)
    {
        using Engine engine = Constrained();
        engine.Good("Connect-Scim -Emulator; $u = Get-ScimUser -First 1");
        Assert.Equal(id, engine.Bad(script).FullyQualifiedErrorId);
        engine.Good("Disconnect-Scim; Stop-ScimEmulator");
    }

    [Fact]
    public void A_filter_in_a_script_block_is_read_and_nothing_in_it_is_run()
    {
        using Engine engine = Constrained();
        engine.Good("Connect-Scim -Emulator; $u = Get-ScimUser -First 1; $wanted = @{ name = $u.userName }");
        Assert.Equal(true, engine.Good("(Get-ScimUser { userName -eq $wanted.name -and active -eq $u.active }).id -eq $u.id")[0].BaseObject);
        foreach (string run in (string[])["[System.IO.File]::ReadAllText('x')", "$(Get-Command)", "$u.ToJson()"])
        {
            ErrorRecord refused = engine.Bad($"Get-ScimUser {{ userName -eq {run} }}");
            Assert.StartsWith("ParameterArgumentTransformationError,", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.Contains("No request was made", refused.Exception.Message, StringComparison.Ordinal);
        }
        engine.Good("Disconnect-Scim; Stop-ScimEmulator");
    }

    [Theory]
    [InlineData("Get-ScimUser -Attributes userN", "userName")]
    [InlineData("Get-ScimUser -Filter 'userName e", "'userName eq'")]
    [InlineData("Set-ScimUser x -Clear dep", "department")]
    [InlineData("Set-ScimUser x -Replace off", "@{ officeLocation = ")]
    [InlineData("Connect-Scim -Environment US", "USGov")]
    public void Tab_offers_what_it_ever_did(string line, string expected)
    {
        using Engine engine = Constrained();
        using var shell = PowerShell.Create();
        shell.Runspace = engine.Runspace;
        CommandCompletion completion = CommandCompletion.CompleteInput(line, line.Length, new Hashtable(), shell);
        Assert.Contains(expected, completion.CompletionMatches.Select(match => match.CompletionText));
        engine.Good("Stop-ScimEmulator");
    }

    [Fact]
    public void A_script_block_for_tokens_stays_as_constrained_as_it_was_written()
    {
        using var identities = new Identities();
        Engine engine = identities.Engine;
        engine.Good($"{Identities.Connect} -ClientSecret $secret -Name source; $text = Get-ScimAccessToken -Connection source -AsPlainText");
        engine.Runspace.SessionStateProxy.LanguageMode = PSLanguageMode.ConstrainedLanguage;
        ErrorRecord refused = engine.Bad("Connect-Scim -BaseUri $e.BaseUri -AccessTokenProvider { [System.IO.File]::ReadAllText('token') }");
        Assert.StartsWith("AccessTokenProviderFailed,", refused.FullyQualifiedErrorId, StringComparison.Ordinal);
        object connection = engine.Good("Connect-Scim -BaseUri $e.BaseUri -AccessTokenProvider { $text } -PassThru")[0].BaseObject;
        Assert.Single(engine.Good("Get-ScimUser -First 1"));

        // Where nothing is constrained its text would be free to do anything.
        identities.ExpireTokens();
        using var free = new Engine();
        free.Set("c", connection).Set("text", "a token");
        ErrorRecord kept = free.Bad("Get-ScimUser -First 1 -Connection $c");
        Assert.StartsWith("AccessTokenProviderFailed,", kept.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("ConstrainedLanguage", kept.Exception.Message, StringComparison.Ordinal);
    }
}
