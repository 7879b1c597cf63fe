using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Language;
using System.Text;

namespace PSScim.Shell;

/// <summary>
/// Prompt, read, run, until `exit` or the end of the input. Loops nest: one runs inside a suspended command.
/// </summary>
internal sealed class ReadLoop(Session session, ShellHost host)
{
    private readonly List<string> typed = [];
    private bool leaving;

    /// <param name="prompts">False prints nothing but what the commands print.</param>
    /// <param name="nested">True inside a command that waits on the same thread.</param>
    internal void Run(bool prompts, bool nested = false)
    {
        leaving = false;
        while (!host.ShouldExit && !leaving)
        {
            string? statement = ReadStatement(prompts, nested, out bool ended);
            if (!string.IsNullOrWhiteSpace(statement))
                session.RunText(statement, addToHistory: true, nested);
            if (ended)
                break;
        }
        leaving = false;
    }

    /// <summary>Ends the innermost loop after the command that runs now.</summary>
    internal void Leave() => leaving = true;

    /// <summary>
    /// Reads lines until the parser finds nothing missing. Null when the person dropped what was typed.
    /// </summary>
    private string? ReadStatement(bool prompts, bool nested, out bool ended)
    {
        StringBuilder text = new();
        string prompt = prompts ? Prompt(nested) : "";
        while (true)
        {
            host.UI.Write(prompt);
            TypedLine line = host.Terminal.ReadLine(typed);
            ended = line.Text is null && !line.Cancelled;
            if (line.Cancelled)
                return null;
            if (prompts && host.Terminal.InputRedirected)
                host.UI.WriteLine(line.Text ?? "");
            if (line.Text is null)
                return text.ToString();

            if (text.Length > 0)
                text.Append('\n');
            text.Append(line.Text);
            if (!IsIncomplete(text.ToString()))
                return text.ToString();
            prompt = prompts ? ">> " : "";
        }
    }

    private string Prompt(bool nested) =>
        session.Evaluate("prompt", nested)?.ToString() is { Length: > 0 } prompt ? prompt : "PS> ";

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
