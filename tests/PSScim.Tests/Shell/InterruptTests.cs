using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Shell;

public sealed class InterruptTests
{
    [UnixFact]
    public async Task Ctrl_C_stops_the_script_and_lets_it_clean_up()
    {
        string script = ShellProcess.Script("""
            try {
                [IO.File]::WriteAllText("$PSScriptRoot/started", '')
                while ($true) { [Threading.Thread]::Sleep(10) }
            }
            finally { [Console]::WriteLine('cleaned up') }
            """);

        ShellResult result = await ShellProcess.Run([script], null, meanwhile: async shell =>
        {
            await Started(script);
            await Interrupt(shell);
        });

        Assert.Equal("cleaned up\n", result.Output);
        Assert.Equal("", result.Error);
        Assert.Equal(130, result.ExitCode);
    }

    [UnixFact]
    public async Task A_second_Ctrl_C_ends_a_process_that_does_not_stop()
    {
        string script = ShellProcess.Script(
            "[IO.File]::WriteAllText(\"$PSScriptRoot/started\", ''); [Threading.Thread]::Sleep(600000)");

        ShellResult result = await ShellProcess.Run([script], null, meanwhile: async shell =>
        {
            await Started(script);
            await Interrupt(shell);
            await Task.Delay(500);
            Assert.False(shell.HasExited);
            await Interrupt(shell);
        });

        Assert.Equal(130, result.ExitCode);
    }

    [UnixFact]
    public async Task Ctrl_C_stops_one_command_and_the_next_is_read()
    {
        string script = ShellProcess.Script(
            "[IO.File]::WriteAllText(\"$PSScriptRoot/started\", ''); while ($true) { }");

        ShellResult result = await ShellProcess.Run(["-Command", "-"], "'next'\nexit 3\n", meanwhile: async shell =>
        {
            await shell.StandardInput.WriteLineAsync($"& '{script}'");
            await shell.StandardInput.FlushAsync();
            await Started(script);
            await Interrupt(shell);
        });

        Assert.Equal("next\n", result.Output);
        Assert.Equal(3, result.ExitCode);
    }

    private static async Task Started(string script)
    {
        string mark = Path.Combine(Path.GetDirectoryName(script)!, "started");
        for (Stopwatch watch = Stopwatch.StartNew(); !File.Exists(mark); await Task.Delay(20))
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "The script did not start.");
    }

    private static async Task Interrupt(Process shell)
    {
        using Process kill = Process.Start("kill", ["-INT", $"{shell.Id}"]);
        await kill.WaitForExitAsync();
    }
}
