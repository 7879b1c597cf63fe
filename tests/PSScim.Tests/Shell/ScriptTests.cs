using System.IO;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

public sealed class ScriptTests
{
    [Fact]
    public async Task Arguments_are_bound_as_pwsh_binds_them()
    {
        string script = ShellProcess.Script("""
            param([string]$Name, [switch]$Loud, [int]$Count, [Parameter(ValueFromRemainingArguments)]$Rest)
            "$Name|$Loud|$Count|$($Rest -join '+')"
            """);

        ShellResult result = await ShellProcess.Run(
            script, "-Name", "Zoë Müller", "-Loud:$false", "-Count:", "3", "a", "b c");

        Assert.Equal("Zoë Müller|False|3|a+b c\n", result.Output);
        Assert.Equal("", result.Error);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task A_script_knows_where_it_is()
    {
        string script = ShellProcess.Script("$PSScriptRoot; $PSCommandPath; $MyInvocation.MyCommand.Path");

        ShellResult result = await ShellProcess.Run("-File", script);

        Assert.Equal($"{Path.GetDirectoryName(script)}\n{script}\n{script}\n", result.Output);
    }

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("function Leave { exit 8 } Leave; 'never'", 8)]
    [InlineData("throw 'hard'", 1)]
    [InlineData("if (", 1)]
    [InlineData("Get-Nothing; 'on it goes'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-Nothing; 'never'", 1)]
    [InlineData("$global:LASTEXITCODE = 9", 0)]
    public async Task The_exit_code_is_what_pwsh_gives(string text, int expected)
    {
        ShellResult result = await ShellProcess.Run(ShellProcess.Script(text));

        Assert.Equal(expected, result.ExitCode);
        Assert.DoesNotContain("never", result.Output);
    }

    [Fact]
    public async Task Exit_in_a_script_that_a_script_calls_leaves_that_one_alone()
    {
        string inner = ShellProcess.Script("exit 5");
        string outer = ShellProcess.Script($"& '{inner}'; \"inner said $LASTEXITCODE\"; exit 6");

        ShellResult result = await ShellProcess.Run(outer);

        Assert.Equal("inner said 5\n", result.Output);
        Assert.Equal(6, result.ExitCode);
    }

    [Fact]
    public async Task A_script_that_is_not_there_is_a_usage_error()
    {
        ShellResult result = await ShellProcess.Run("no-such.ps1");

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("'no-such.ps1' is not recognized as the name of a script file", result.Error);
    }

    [Fact]
    public async Task An_option_that_is_not_there_is_a_usage_error()
    {
        ShellResult result = await ShellProcess.Run("-Colour", "red");

        Assert.Equal(64, result.ExitCode);
        Assert.Contains("There is no option '-Colour'", result.Error);
    }
}
