using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

/// <summary>The read loop and the questions, with standard input from a pipe.</summary>
public sealed class InteractiveTests
{
    [Fact]
    public async Task Commands_are_read_and_run_one_after_the_other()
    {
        ShellResult result = await ShellProcess.Run(
            [], "function prompt { '$ ' }\n$x = 20\n$x + 1\nGet-Nothing\n'Ольга'\n");

        Assert.EndsWith("$ $x = 20\n$ $x + 1\n21\n$ Get-Nothing\n$ 'Ольга'\nОльга\n$ \n", result.Output);
        Assert.StartsWith("Get-Nothing: The term", result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_command_goes_on_over_the_lines_that_it_needs()
    {
        ShellResult result = await ShellProcess.Run([], "function prompt { '$ ' }\nif ($true) {\n\n'inside'\n}\n");

        Assert.EndsWith("$ if ($true) {\n>> \n>> 'inside'\n>> }\ninside\n$ \n", result.Output);
    }

    [Fact]
    public async Task Input_that_ends_inside_a_command_is_an_error()
    {
        ShellResult result = await ShellProcess.Run([], "if ($true) {\n");

        Assert.Contains("Missing closing '}' in statement block", result.Error);
    }

    [Fact]
    public async Task Exit_leaves_with_its_code()
    {
        ShellResult result = await ShellProcess.Run([], "exit 12\n'never'\n");

        Assert.Equal(12, result.ExitCode);
        Assert.DoesNotContain("never", result.Output);
    }

    [Fact]
    public async Task A_failing_last_command_gives_1()
    {
        ShellResult result = await ShellProcess.Run([], "Get-Nothing\n");

        Assert.Equal(1, result.ExitCode);
    }

    [Theory]
    [InlineData("Remove-Thing x", "PowerShell is in NonInteractive mode")]
    [InlineData("Remove-Thing", "missing mandatory parameters: Name")]
    [InlineData("$Host.UI.ReadLine()", "PowerShell is in NonInteractive mode")]
    [InlineData("$Host.UI.PromptForCredential('', '', 'u', '')", "PowerShell is in NonInteractive mode")]
    public async Task Where_nobody_can_answer_a_question_is_an_error(string command, string expected)
    {
        ShellResult result = await ShellProcess.Run(
            ["-Command", $"$ErrorActionPreference = 'Stop'; {command}"], "y\ny\n");

        Assert.Contains(expected, result.Error);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Output);
    }
}
