using System;
using System.Collections;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Completion;

/// <summary>What Tab offers, in the engine. No test here may cost a request.</summary>
public sealed class CompletionTests : IDisposable
{
    private const string Enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    private readonly Engine _engine = new();

    /// <summary>The engine sorts members with a cmdlet of a module that its package lacks.</summary>
    public CompletionTests() => _engine.Good("""
        New-Module -Name Microsoft.PowerShell.Utility {
            function Sort-Object {
                param([Parameter(ValueFromPipeline)] $InputObject, [object[]] $Property, [switch] $Unique)
                process { $InputObject }
            }
        } | Import-Module
        """);

    public void Dispose() => _engine.Dispose();

    private string[] Tab(string line)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _engine.Runspace;
        CommandCompletion completion = CommandCompletion.CompleteInput(line, line.Length, new Hashtable(), shell);
        return [.. completion.CompletionMatches.Select(match => match.CompletionText)];
    }

    [Theory]
    [InlineData("Get-ScimUser -Attributes userN", "userName")]
    [InlineData("Get-ScimUser -Attributes id, name.g", "name.givenName")]
    [InlineData("Get-ScimUser -Attributes dep", "department")]
    [InlineData("Get-ScimUser -Attributes userT", "userType")]
    [InlineData("Get-ScimUser -Attributes userT", "urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User:userType")]
    [InlineData("Get-ScimUser -Filter 'mailN", "'mailNickname'")]
    [InlineData("Get-ScimUser -ExcludedAttributes 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:man", "'" + Enterprise + ":manager'")]
    [InlineData("Get-ScimGroup -Attributes desc", "description")]
    [InlineData("Get-ScimUser -Filter userN", "'userName'")]
    [InlineData("Get-ScimUser -Filter 'userN", "'userName'")]
    [InlineData("Get-ScimUser -Filter 'userName e", "'userName eq'")]
    [InlineData("Get-ScimUser -Filter 'active eq t", "'active eq true'")]
    [InlineData("Get-ScimUser -Filter 'userName ew \"@contoso.com\" a", "'userName ew \"@contoso.com\" and'")]
    [InlineData("Get-ScimUser -Filter 'active eq true and not (userN", "'active eq true and not (userName'")]
    [InlineData("Get-ScimUser -Filter 'title pr o", "'title pr or'")]
    [InlineData("Get-ScimGroup -Filter 'members", "'members.value'")]
    [InlineData("Get-ScimUser -Filter 'emails[val", "'emails[value'")]
    [InlineData("Get-ScimUser -Filter 'emails[type eq \"pro", "'emails[type eq \"proxyAddress\"'")]
    [InlineData("Get-ScimUser -Filter 'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User:userType eq ", "'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User:userType eq \"Guest\"'")]
    [InlineData("Set-ScimUser x -Clear dep", "department")]
    [InlineData("Set-ScimUser x -Clear phoneN", "'phoneNumbers[mobile]'")]
    [InlineData("Set-ScimUser x -Clear title, given", "name.givenName")]
    [InlineData("Set-ScimUser x -Replace off", "@{ officeLocation = ")]
    [InlineData("Set-ScimUser x -Add em", "@{ 'emails[other]' = ")]
    [InlineData("New-ScimGroup -Attributes desc", "@{ description = ")]
    [InlineData("Connect-Scim -Environment US", "USGov")]
    [InlineData("Get-ScimSchema -Id enterp", Enterprise)]
    [InlineData("Get-ScimSchema ", "urn:ietf:params:scim:schemas:core:2.0:Group")]
    [InlineData("Get-ScimResourceType -Id U", "User")]
    public void Tab_goes_on(string line, string expected) => Assert.Contains(expected, Tab(line));

    [Theory]
    [InlineData("Set-ScimUser x -Replace @{ off", "officeLocation")]
    [InlineData("Set-ScimUser x -Replace @{ ", "title")]
    [InlineData("Set-ScimUser x -Replace @{ name", "'name.givenName'")]
    [InlineData("Set-ScimUser x -Replace @{ title = 'Lead'; phone", "'phoneNumbers[mobile].value'")]
    [InlineData("Set-ScimUser -UserName x -Add @{ em", "'emails[other].value'")]
    [InlineData("Set-ScimUser x -Remove @{ addr", "'addresses[work].locality'")]
    [InlineData("$u | Set-ScimUser -Replace @{ dep", "department")]
    [InlineData("New-ScimUser -Attributes @{ cost", "costCenter")]
    [InlineData("Set-ScimGroup x -Replace @{ desc", "description")]
    [InlineData("New-ScimGroup -Attributes @{ mailN", "mailNickname")]
    public void Inside_of_a_hashtable_the_keys_are_offered(string line, string expected) => Assert.Contains(expected, Tab(line));

    [Theory]
    [InlineData("Set-ScimUser x -Replace @{ title = 'a'; t", "title")]
    [InlineData("Set-ScimGroup x -Replace @{ ", "title")]
    [InlineData("Set-ScimUser x -Replace @{ ", "'groups.value'")]
    [InlineData("Set-ScimUser x -Replace @{ ", "Count")]
    public void Keys_that_cannot_be_are_not_offered(string line, string wrong) => Assert.DoesNotContain(wrong, Tab(line));

    [Theory]
    [InlineData("Set-ScimUser")]
    [InlineData("Set-ScimGroup")]
    public void The_keys_are_the_names_that_Clear_takes(string command)
    {
        string[] names = [.. Tab(command + " x -Clear ").Select(text => text.Trim('\''))];
        Assert.NotEmpty(names);
        Assert.Equal(
            names.Select(name => name.EndsWith(']') ? name + ".value" : name).Order(StringComparer.Ordinal),
            Tab(command + " x -Replace @{ ").Select(text => text.Trim('\'')).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Get-ScimUser -Attributes members", "members")]
    [InlineData("Get-ScimUser -Attributes passw", "password")]
    [InlineData("Get-ScimGroup -Attributes userN", "userName")]
    [InlineData("Get-ScimUser -Filter 'userName eq t", "'userName eq true'")]
    [InlineData("Get-ScimUser -Filter 'active ", "'active gt'")]
    [InlineData("Get-ScimUser -Filter 'userName eq \"a\" userN", "'userName eq \"a\" userName'")]
    public void What_cannot_be_is_not_offered(string line, string wrong) => Assert.DoesNotContain(wrong, Tab(line));

    [Fact]
    public void Every_operator_is_offered_behind_an_attribute() => Assert.Equal(
        ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"],
        Tab("Get-ScimUser -Filter 'userName ").Select(text => text.Trim('\'').Split(' ')[^1]));

    [Fact]
    public void Connections_are_offered_by_name()
    {
        _engine.Good("$e = Start-ScimEmulator -Users 5 -PassThru; Connect-Scim -Emulator -Name north; Connect-Scim -Emulator -Name 'south pole'");
        try
        {
            Assert.Equal(["north"], Tab("Get-ScimUser -Connection n"));
            Assert.Equal(["'south pole'"], Tab("Disconnect-Scim -Connection s"));
            Assert.Equal(["north", "'south pole'"], Tab("Get-ScimContext -Name "));
            Assert.Equal(0L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
        }
        finally
        {
            _engine.Run("Disconnect-Scim; Disconnect-Scim; Stop-ScimEmulator $e");
        }
    }

    [Theory]
    [InlineData("Get-ScimUser | Where-Object ", "userName", Enterprise)]
    [InlineData("Get-ScimUser | ForEach-Object disp", "displayName", null)]
    [InlineData("$u = Get-ScimUser; $u.", "userName", Enterprise)]
    [InlineData("Get-ScimUser | ForEach-Object { $_.", "emails", Enterprise)]
    [InlineData("Get-ScimGroup | Where-Object disp", "displayName", null)]
    [InlineData("(Get-ScimGroup).m", "meta", null)]
    [InlineData("Get-ScimSchema | Where-Object a", "attributes", null)]
    [InlineData("Get-ScimResourceType | ForEach-Object { $_.sch", "schemaExtensions", null)]
    [InlineData("(Get-ScimServiceProviderConfig).pag", "pagination", null)]
    public void Behind_the_pipe_the_attributes_are_offered_before_anything_has_run(string line, string expected, string? quoted)
    {
        string[] found = Tab(line);
        Assert.Contains(expected, found);
        if (quoted is not null)
            Assert.Contains(found, text => text.Trim('\'') == quoted);
    }

    [Fact]
    public void No_object_bears_the_names_that_only_complete()
    {
        _engine.Good("$e = Start-ScimEmulator -Users 5 -PassThru; Connect-Scim -Emulator");
        PSObject user = _engine.Good("Get-ScimUser -First 1")[0];
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        Assert.DoesNotContain("PSScim.User", user.TypeNames);
        Assert.NotEqual("", user.Properties["userName"].Value);
        Assert.Contains("PSScim.ScimUser", user.TypeNames);
    }
}
