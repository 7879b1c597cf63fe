using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

public sealed class StreamTests
{
    [Theory]
    [InlineData("output", "", "said\n", "")]
    [InlineData("warning", "", "WARNING: said\n", "")]
    [InlineData("verbose", "", "", "")]
    [InlineData("verbose", "-Verbose", "VERBOSE: said\n", "")]
    [InlineData("debug", "", "", "")]
    [InlineData("debug", "-Debug", "DEBUG: said\n", "")]
    [InlineData("information", "", "", "")]
    [InlineData("information", "-InformationAction Continue", "said\n", "")]
    [InlineData("error", "", "", "Write-Stream: said\n")]
    [InlineData("progress", "", "", "")]
    public async Task Each_stream_goes_where_pwsh_puts_it(string stream, string options, string output, string error)
    {
        ShellResult result = await ShellProcess.Run("-Command", $"Write-Stream {stream} said {options}");

        Assert.Equal(output, result.Output);
        Assert.Equal(error, result.Error);
    }

    [Fact]
    public async Task An_error_in_a_script_shows_its_line()
    {
        string script = ShellProcess.Script("'before'\nGet-Nothing -Of 5\n'after'");

        ShellResult result = await ShellProcess.Run(script);

        Assert.Equal("before\nafter\n", result.Output);
        Assert.StartsWith(
            $"Get-Nothing: {script}:2\nLine |\n   2 |  Get-Nothing -Of 5\n     |  ~~~~~~~~~~~\n     | The term 'Get-Nothing'",
            result.Error);
        Assert.DoesNotContain('\u001b', result.Error);
    }

    [Fact]
    public async Task A_terminating_error_is_shown_once_in_the_same_view()
    {
        string script = ShellProcess.Script("'before'\nthrow 'hard'");

        ShellResult result = await ShellProcess.Run(script);

        Assert.Equal("before\n", result.Output);
        Assert.Equal(
            $"Exception: {script}:2\nLine |\n   2 |  throw 'hard'\n     |  ~~~~~~~~~~~~\n     | hard\n",
            result.Error.TrimEnd('\n') + "\n");
    }

    [Theory]
    [InlineData("if (", "Missing condition in if statement after 'if ('.")]
    [InlineData(") 5", "Unexpected token ')' in expression or statement.")]
    public async Task A_mistake_in_the_text_is_pointed_at(string text, string expected)
    {
        ShellResult result = await ShellProcess.Run("-Command", text);

        Assert.Equal("", result.Output);
        Assert.StartsWith("ParserError:", result.Error);
        Assert.Contains("~\n     | " + expected, result.Error);
    }

    [Fact]
    public async Task Text_in_every_script_comes_out_as_UTF_8_and_tables_stay_straight()
    {
        string script = ShellProcess.Script("""
            foreach ($name in 'Zoë', 'Ольга', '王小明', 'สมชาย', 'محمد', '👩‍🚀') {
                [pscustomobject]@{ Name = $name; Active = $true }
            }
            """);

        ShellResult result = await ShellProcess.Run(script);

        Assert.Equal(
            """

            Name   Active
            ----   ------
            Zoë      True
            Ольга    True
            王小明   True
            สมชาย    True
            محمد     True
            👩‍🚀     True


            """.ReplaceLineEndings("\n"),
            result.Output);
    }

    [Fact]
    public async Task Colours_of_the_script_are_left_out_of_files()
    {
        ShellResult result = await ShellProcess.Run(
            "-Command", "\"$($PSStyle.Foreground.Red)red$($PSStyle.Reset)\"; $Host.UI.SupportsVirtualTerminal");

        Assert.Equal("red\nFalse\n", result.Output);
    }
}
