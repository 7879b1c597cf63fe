using System;
using System.IO;
using System.Management.Automation;
using System.Text;

namespace PSScim.Shell;

/// <summary>
/// A plain console host over the PowerShell engine, for machines without pwsh: runs a script, a command or what is
/// typed, with PSScim imported. Its command line and exit codes are pwsh's.
/// </summary>
internal static class Program
{
    /// <summary>pwsh's code for a command line that it can't use (sysexits' EX_USAGE).</summary>
    private const int UsageError = 64;

    /// <summary>128 + SIGINT, which every Unix shell gives for a program that Ctrl+C ended.</summary>
    private const int Interrupted = 130;

    private static int Main(string[] args)
    {
        CommandLine line;
        try
        {
            line = CommandLine.Parse(args);
        }
        catch (ArgumentException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return UsageError;
        }
        if (line.Information is not null)
        {
            Console.Out.WriteLine(line.Information);
            return 0;
        }
        if (line.ExecutionPolicy is not null)
            Environment.SetEnvironmentVariable("PSExecutionPolicyPreference", line.ExecutionPolicy);

        Encoding before = Console.OutputEncoding;
        SpeakUtf8();
        try
        {
            return Run(line);
        }
        finally
        {
            // On Windows the encoding belongs to the console window, which outlives the shell.
            if (OperatingSystem.IsWindows())
                SetOutputEncoding(before);
        }
    }

    private static int Run(CommandLine line)
    {
        ModuleImport import = new();
        ConsoleUI ui = new(new Terminal(line.NonInteractive));
        ShellHost host = new(ui);
        using Session session = new(host);
        import.Run(session, ui);

        if (!session.WasInterrupted && !host.ShouldExit)
        {
            if (line.ScriptPath is not null)
                session.RunFile(line.ScriptPath, line.ScriptArguments);
            else if (line.Command is not null)
                session.RunCommand(line.Command);
            else
                return Interact(line, session, host);
        }

        if (session.WasInterrupted)
            return Interrupted;
        return ExitCode(session, host);
    }

    private static int Interact(CommandLine line, Session session, ShellHost host)
    {
        if (!line.NoLogo && !line.NoPrompt && host.Terminal.Interactive)
            host.UI.WriteLine($"PSScim shell over PowerShell {PSVersionInfo.PSVersion}. 'exit' leaves it.");
        host.ReadLoop.Run(prompts: !line.NoPrompt);
        return ExitCode(session, host);
    }

    /// <summary>What `exit` said; without it 1 when the last command failed, as pwsh does for -Command.</summary>
    private static int ExitCode(Session session, ShellHost host) =>
        host.ShouldExit ? host.ExitCode : session.LastCommandSucceeded() ? 0 : 1;

    /// <summary>Names come in all scripts, whatever the console's code page or LANG say.</summary>
    private static void SpeakUtf8()
    {
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        SetOutputEncoding(utf8);
        // Windows' console input loses letters beyond ASCII when it is set to UTF-8.
        if (!OperatingSystem.IsWindows())
            Console.InputEncoding = utf8;
    }

    private static void SetOutputEncoding(Encoding encoding)
    {
        try
        {
            Console.OutputEncoding = encoding;
        }
        catch (IOException)
        {
            // There is no console at all: a service, a scheduled task.
        }
    }
}
