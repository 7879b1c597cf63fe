using System.Collections.Generic;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

public sealed class CommandTests
{
    [Theory]
    [InlineData("1; 2", 0)]
    [InlineData("exit 3", 3)]
    [InlineData("throw 'hard'", 1)]
    [InlineData("if (", 1)]
    [InlineData("Get-Nothing", 1)]
    [InlineData("Get-Nothing; 'fine'", 0)]
    public async Task The_exit_code_is_what_pwsh_gives(string command, int expected)
    {
        ShellResult result = await ShellProcess.Run("-Command", command);

        Assert.Equal(expected, result.ExitCode);
    }

    [Fact]
    public async Task A_native_program_that_fails_last_gives_1()
    {
        ShellResult result = await ShellProcess.Run(
            "-c", $"& '{ShellProcess.Dotnet}' no-such-thing.dll; $LASTEXITCODE -ne 0");
        ShellResult last = await ShellProcess.Run("-c", $"& '{ShellProcess.Dotnet}' no-such-thing.dll");

        Assert.EndsWith("True\n", result.Output);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(1, last.ExitCode);
    }

    [Fact]
    public async Task The_words_after_the_option_are_one_command()
    {
        ShellResult result = await ShellProcess.Run(
            "-NoLogo", "-NoProfile", "-Command", "1,2", "|", "ForEach-Object", "{ $_ * 2 }");

        Assert.Equal("2\n4\n", result.Output);
    }

    [Fact]
    public async Task A_dash_reads_commands_without_prompts()
    {
        ShellResult result = await ShellProcess.Run(
            ["-Command", "-"], "function Twice($n) {\n  $n * 2\n}\nTwice 21\nexit 4\n'never'\n");

        Assert.Equal("42\n", result.Output);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public async Task The_window_is_120_columns_wide_where_there_is_none()
    {
        const string size = "$w = $Host.UI.RawUI.WindowSize; \"$($w.Width)x$($w.Height)\"";

        ShellResult result = await ShellProcess.Run("-Command", size);
        ShellResult told = await ShellProcess.Run(
            ["-Command", size], null, new Dictionary<string, string?> { ["COLUMNS"] = "77" });

        Assert.Equal("120x50\n", result.Output);
        Assert.Equal("77x50\n", told.Output);
    }

    [Fact]
    public async Task A_cmdlet_that_the_engine_lacks_gets_the_engines_own_error()
    {
        ShellResult result = await ShellProcess.Run(
            "-Command", "try { Export-Csv } catch { $_.FullyQualifiedErrorId }");

        Assert.Equal("CommandNotFoundException\n", result.Output);
    }
}
