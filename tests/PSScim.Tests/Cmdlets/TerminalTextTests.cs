using System;
using System.Linq;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>What is asked and said before a change names the object it is about, and nothing in its name acts on the terminal.</summary>
public sealed class TerminalTextTests : IDisposable
{
    private const string Hostile = "ann\u001b[2K\u001b[1A\rRemove Bob\n\u202enimda\u202c\u2069\u0007\0\u009b31m\u200b";

    private readonly RecordingHost _host = new();
    private readonly Engine _engine;

    public TerminalTextTests()
    {
        _engine = new Engine(host: _host);
        _engine.Good("$e = Start-ScimEmulator -Users 5 -Groups 1 -PassThru; Connect-Scim -Emulator");
        _engine.Set("hostile", Hostile);
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator");
        _engine.Dispose();
    }

    [Theory]
    [InlineData("[pscustomobject]@{ id = 'u1'; userName = $hostile } | Remove-ScimUser -Confirm")]
    [InlineData("Remove-ScimUser -UserName $hostile -Confirm")]
    [InlineData("Remove-ScimGroup -Id $hostile -Confirm")]
    [InlineData("Sync-ScimGroupMember $hostile -Member a, b -Confirm")]
    [InlineData("Remove-ScimGroupMember $hostile -Member $hostile -Confirm")]
    public void A_prompt_names_the_object_without_what_a_terminal_acts_on(string command)
    {
        _engine.Run(command);
        Assert.All(_host.Asked, AssertHarmless);
        if (!command.StartsWith("Sync", StringComparison.Ordinal))
            Assert.Contains("ann\u241b[2K\u241b[1A\u240dRemove Bob\u240a\ufffdnimda\ufffd\ufffd\u2407\u2400\ufffd31m", Assert.Single(_host.Asked), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Set-ScimUser -UserName $hostile -Title $hostile -WhatIf")]
    [InlineData("[pscustomobject]@{ userName = $hostile } | Remove-ScimUser -WhatIf")]
    [InlineData("New-ScimGroup -DisplayName $hostile -WhatIf")]
    [InlineData("Export-ScimUser ./users.csv -Filter \"displayName eq `\"$([char]27)[2J`\"\" -WhatIf")]
    public void WhatIf_shows_no_control_characters(string command)
    {
        _engine.Run(command);
        Assert.Contains(_host.Lines, line => line.StartsWith("What if", StringComparison.Ordinal));
        Assert.All(_host.Lines, AssertHarmless);
    }

    [Fact]
    public void Plain_text_is_shown_as_it_is()
    {
        foreach (string text in new[] { "", "Ann", "Zoë Ångström", "李小龙", "👩‍💻", "a\u0301" })
        {
            Assert.Same(text, DisplayText.Of(text));
            Assert.Same(text, DisplayText.Message(text));
        }
        Assert.Equal("two\nlines", DisplayText.Message("two\nlines"));
        Assert.Equal("two\u240alines", DisplayText.Of("two\nlines"));
    }

    [Fact]
    public void Right_to_left_text_is_isolated_and_cannot_leave_its_isolate()
    {
        const string hebrew = "\u05d0\u05d1";
        string name = DisplayText.Of(hebrew);
        Assert.Equal("\u2068" + hebrew + "\u2069", name);
        Assert.Equal($"Remove {name} now", DisplayText.Message($"Remove {name} now"));
        Assert.Equal("\u2068" + hebrew + "\ufffd x\u2069", DisplayText.Of(hebrew + "\u2069 x"));
        Assert.Equal("a\u2068b\u2069", DisplayText.Message("a\u2068b"));
        Assert.Equal("a\ufffdb", DisplayText.Message("a\u2069b"));
    }

    private static void AssertHarmless(string text)
    {
        char[] found = [.. text.Where(c => (char.IsControl(c) && c != '\n') || c is >= '\u202a' and <= '\u202e' or '\u200b')];
        Assert.True(found.Length == 0, $"{string.Join(' ', found.Select(c => ((int)c).ToString("X4", null)))} in {text}");
    }
}
