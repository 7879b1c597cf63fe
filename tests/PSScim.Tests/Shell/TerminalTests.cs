using System;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

/// <summary>The shell on a pseudo-terminal: keys, questions, colours.</summary>
public sealed class TerminalTests
{
    [TerminalFact]
    public async Task Confirm_asks_and_a_missing_parameter_is_asked_for()
    {
        await using TerminalSession terminal = new("-Command Remove-Thing");

        await terminal.WaitFor("Name: ");
        await terminal.Type("thinf\u007fg\r");
        await terminal.WaitFor(
            "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [S] Suspend  [?] Help (default is \"Y\"): ");
        await terminal.Type("s\r");
        await terminal.WaitFor(">> ");
        await terminal.Type("6 * 7\r");
        await terminal.WaitFor("42");
        await terminal.Type("exit\r");
        await terminal.WaitFor("(default is \"Y\"): ");
        await terminal.Type("y\r");

        await terminal.WaitFor("removed thing");
        Assert.Equal(0, await terminal.Ended());
    }

    [TerminalFact]
    public async Task Ctrl_C_drops_the_line_and_stops_a_command()
    {
        await using TerminalSession terminal = new("");

        await terminal.WaitFor("> ");
        await terminal.Type("exit 1\u0003");
        await terminal.WaitFor("> ");
        await terminal.Type("'go'; while ($true) { }\r");
        await terminal.WaitFor("\ngo");
        await terminal.Type("\u0003");
        await terminal.WaitFor("> ");
        await terminal.Type("exit 6\r");

        Assert.Equal(6, await terminal.Ended());
    }

    [TerminalFact]
    public async Task Ctrl_C_at_a_question_stops_the_command_that_asks()
    {
        await using TerminalSession terminal = new("-Command Remove-Thing x");

        await terminal.WaitFor("(default is \"Y\"): ");
        await terminal.Type("\u0003");

        Assert.Equal(130, await terminal.Ended());
    }

    [TerminalFact]
    public async Task A_password_is_not_shown()
    {
        await using TerminalSession terminal = new(
            "-Command '\"Password:\"; $Host.UI.ReadLineAsSecureString().Length'");

        await terminal.WaitFor("Password:");
        // Before it is read the terminal itself echoes what is typed: one letter shows that reading has begun.
        await terminal.Type("s");
        await terminal.WaitFor("*");
        await terminal.Type("esame\r");

        await terminal.WaitFor("*****");
        await terminal.WaitFor("6");
        Assert.DoesNotContain("esame", terminal.Seen);
    }

    [TerminalFact]
    public async Task Errors_are_red_unless_NO_COLOR_is_set()
    {
        await using TerminalSession red = new("-Command Get-Nothing");
        await using TerminalSession plain = new("-Command Get-Nothing", new() { ["NO_COLOR"] = "1" });

        Assert.Equal(1, await red.Ended());
        Assert.Equal(1, await plain.Ended());

        Assert.Contains("\u001b[31;1mGet-Nothing: ", red.Seen, StringComparison.Ordinal);
        Assert.Contains("Get-Nothing: ", plain.Seen);
        Assert.DoesNotContain("\u001b[31", plain.Seen, StringComparison.Ordinal);
    }

    [TerminalFact]
    public async Task Progress_is_drawn_and_taken_away()
    {
        await using TerminalSession terminal = new("-Command 'Write-Stream progress half; \"done\"'");

        Assert.Equal(0, await terminal.Ended());

        Assert.Contains("\rReading: half\r             \rdone", terminal.Seen, StringComparison.Ordinal);
    }
}
