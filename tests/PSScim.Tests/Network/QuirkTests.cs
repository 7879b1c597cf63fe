using System;
using System.Linq;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>The emulator's plain SCIM server and its quirks, through the cmdlets.</summary>
public sealed class QuirkTests : IDisposable
{
    private readonly Engine _engine = new();

    public QuirkTests() => _engine.Set("secret", Engine.Secure("emulator-secret"));

    public void Dispose()
    {
        _engine.Run("Get-ScimContext -ListAvailable | Disconnect-Scim; Stop-ScimEmulator");
        _engine.Dispose();
    }

    private void Start(string quirks, string connect = "") => _engine.Good($$"""
        $e = Start-ScimEmulator -Users 25 -Groups 2 {{quirks}} -PassThru
        Connect-Scim -BaseUri $e.PlainBaseUri -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -Authority $e.Authority {{connect}}
        """);

    [Theory]
    [InlineData("")]
    [InlineData("-Quirk zero-based-start-index, text-total")]
    [InlineData("-Quirk capped-pages, no-total, numeric-ids")]
    [InlineData("-Quirk other-paths, lower-case-resources, no-content-type")]
    [InlineData("-Quirk no-discovery, total-of-page, Text-Booleans")]
    [InlineData("-Quirk cursor-only, no-schemas")]
    public void Every_user_comes_once(string quirks)
    {
        Start(quirks);
        string[] ids = [.. _engine.Good("Get-ScimUser -PageSize 10 | ForEach-Object id").Select(id => id.ToString()!)];
        Assert.Equal((25, 25), (ids.Length, ids.Distinct().Count()));
        Assert.Equal(ids[3], _engine.Set("id", ids[3]).Good("(Get-ScimUser -Id $id).id")[0].ToString());
        Assert.Equal("Generic", _engine.Good("(Get-ScimContext).Service")[0].ToString());
    }

    [Fact]
    public void An_unknown_quirk_is_answered_with_the_names()
    {
        ErrorRecord error = _engine.Bad("Start-ScimEmulator -Quirk nonsense");
        Assert.StartsWith("EmulatorFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("zero-based-start-index", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_announced_and_did_not_come_is_a_warning()
    {
        Start("-Quirk wrong-total");
        Engine.Result result = _engine.Run("Get-ScimUser -PageSize 10");
        Assert.Empty(result.Errors);
        Assert.Equal(25, result.Output.Length);
        Assert.Contains("announced 5 more", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Discovery_is_skipped_by_choice()
    {
        Start("", "-Compatibility skipdiscovery");
        Assert.Equal(25, _engine.Good("Get-ScimUser").Length);
        Assert.Equal(1L, _engine.Good("(Get-ScimContext).Requests")[0].BaseObject);
        Assert.StartsWith("ParameterArgumentValidationError,", _engine.Bad("Connect-Scim -Emulator -Compatibility nonsense").FullyQualifiedErrorId, StringComparison.Ordinal);
    }
}
