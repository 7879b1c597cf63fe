using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSScim.Shell;

/// <summary>
/// The command line, read by pwsh's rules: the first word that is no option is a script, and the rest its own.
/// </summary>
internal sealed class CommandLine
{
    private const string Usage = """
        Usage: PSScim.Shell [option…] [[-File] script.ps1 [argument…]]
               PSScim.Shell [option…] -Command text…
        Options: -NonInteractive, -NoLogo, -NoProfile (there is none), -ExecutionPolicy policy, -Version, -Help.
        With neither script nor command it reads commands; '-Command -' reads them from standard input without prompts.
        """;

    /// <summary>Full path of the script to run; null when there is none.</summary>
    internal string? ScriptPath { get; private set; }

    internal List<CommandParameter> ScriptArguments { get; } = [];

    /// <summary>Text to run; null when there is none.</summary>
    internal string? Command { get; private set; }

    internal bool NonInteractive { get; private set; }

    internal bool NoLogo { get; private set; }

    /// <summary>
    /// True for `-Command -`: commands come from standard input, and nothing is printed but what they print.
    /// </summary>
    internal bool NoPrompt { get; private set; }

    internal string? ExecutionPolicy { get; private set; }

    /// <summary>Help or the version, when that was all that was asked for.</summary>
    internal string? Information { get; private set; }

    /// <exception cref="ArgumentException">The words make no sense; the message says which.</exception>
    internal static CommandLine Parse(string[] args)
    {
        CommandLine line = new();
        for (int at = 0; at < args.Length; at++)
        {
            string? name = OptionName(args[at]);
            if (name is null)
            {
                line.TakeScript(args, at);
                break;
            }
            switch (FullName(name))
            {
                case "noninteractive":
                    line.NonInteractive = true;
                    break;
                case "nologo":
                    line.NoLogo = true;
                    break;
                case "noprofile":
                    break;
                case "executionpolicy":
                    line.ExecutionPolicy = Following(args, ++at, "A policy must follow -ExecutionPolicy.");
                    break;
                case "version":
                    line.Information = $"PSScim.Shell {Version()} over PowerShell {PSVersionInfo.PSVersion}";
                    return line;
                case "help":
                    line.Information = Usage;
                    return line;
                case "file":
                    Following(args, ++at, "A script must follow -File.");
                    line.TakeScript(args, at);
                    return line;
                case "command":
                    Following(args, ++at, "A command must follow -Command.");
                    line.TakeCommand(args[at..]);
                    return line;
                default:
                    throw new ArgumentException($"There is no option '{args[at]}'.{Environment.NewLine}{Usage}");
            }
        }
        return line;
    }

    internal static string Version() => typeof(CommandLine).Assembly.GetName().Version?.ToString(3) ?? "";

    private void TakeCommand(string[] words)
    {
        if (words is not ["-"])
        {
            Command = string.Join(' ', words);
            return;
        }
        if (!Console.IsInputRedirected)
            throw new ArgumentException("'-Command -' reads standard input, which has not been redirected.");
        NoPrompt = true;
    }

    private void TakeScript(string[] args, int at)
    {
        ScriptPath = Path.GetFullPath(args[at]);
        if (!File.Exists(ScriptPath))
        {
            throw new ArgumentException(
                $"The argument '{args[at]}' is not recognized as the name of a script file. Check the spelling of the "
                + "name, or if a path was included, verify that the path is correct and try again.");
        }
        ScriptArguments.AddRange(ToParameters(args[(at + 1)..]));
    }

    /// <summary>
    /// `-Name value`, `-Switch`, `-Switch:$false` and plain values, as the engine's binder wants them.
    /// </summary>
    private static IEnumerable<CommandParameter> ToParameters(string[] words)
    {
        string? pending = null;
        foreach (string word in words)
        {
            int colon = word.IndexOf(':', StringComparison.Ordinal);
            if (pending is not null)
            {
                yield return new CommandParameter(pending, word);
                pending = null;
            }
            else if (word.Length < 2 || !IsDash(word[0]))
                yield return new CommandParameter(null, word);
            else if (colon < 0)
                yield return new CommandParameter(word);
            else if (colon == word.Length - 1)
                pending = word.TrimEnd(':');
            else
                yield return new CommandParameter(word[..colon], BooleanOrText(word[(colon + 1)..]));
        }
        if (pending is not null)
            yield return new CommandParameter(pending, null);
    }

    private static object BooleanOrText(string value) =>
        bool.TryParse(value.StartsWith('$') ? value[1..] : value, out bool truth) ? truth : value;

    private static string? OptionName(string word)
    {
        if (word is "/?" or "-?" or "--help")
            return "help";
        return word.Length > 1 && IsDash(word[0]) ? word[1..].ToLowerInvariant() : null;
    }

    /// <summary>Options may be shortened as far as pwsh allows.</summary>
    private static string? FullName(string name)
    {
        (string Full, string Shortest)[] options =
        [
            ("file", "f"), ("command", "c"), ("noninteractive", "noni"), ("nologo", "nol"), ("noprofile", "nop"),
            ("executionpolicy", "ex"), ("version", "v"), ("help", "h"),
        ];
        return name == "ep"
            ? "executionpolicy"
            : options.FirstOrDefault(option => option.Full.StartsWith(name, StringComparison.Ordinal)
                && name.StartsWith(option.Shortest, StringComparison.Ordinal)).Full;
    }

    private static string Following(string[] args, int at, string complaint) =>
        at < args.Length ? args[at] : throw new ArgumentException(complaint + Environment.NewLine + Usage);

    /// <summary>PowerShell takes the dashes that word processors make of a hyphen for one.</summary>
    private static bool IsDash(char letter) => letter is '-' or '\u2013' or '\u2014' or '\u2015';
}
