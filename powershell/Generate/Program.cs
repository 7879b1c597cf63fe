using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

namespace PSScim.Generate;

/// <summary>
/// Makes the files of the module that follow from others: its type data and the lists of its views, from the tables of
/// attributes; and its help,
/// MAML for Get-Help and a page of Markdown for each cmdlet. What there is to describe comes from the engine, which has
/// imported the assembly; the words come from the assembly's XML comments.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 4)
        {
            Console.Error.WriteLine("PSScim.Generate <PSScim.dll> <PSScim.xml> <folder of the schema> <folder>");
            return 2;
        }
        var comments = XmlComments.Load(arguments[1]);
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        List<CommandHelp> commands = [.. Cmdlets(runspace, arguments[0]).Select(cmdlet => CommandHelp.Of(cmdlet, comments))];
        string assembly = Path.GetFileName(arguments[0]);
        string folder = arguments[3], pages = Path.Combine(folder, "cmdlets");
        var table = AttributeTable.Load(arguments[2]);
        Write(Path.Combine(folder, "PSScim.Types.ps1xml"), TypeData.Write(table, cmdlet => Offered(runspace, cmdlet + " -Clear ")));
        Write(Path.Combine(folder, "PSScim.Lists.Format.ps1xml"), ResourceLists.Write(table));
        foreach (CommandHelp command in commands)
            Write(Path.Combine(pages, command.Name + ".md"), Markdown.Page(command));
        Write(Path.Combine(pages, "README.md"), Markdown.Index(commands));
        RemoveOthers(pages, commands);
        // The last one: the build takes its age for that of all.
        Write(Path.Combine(folder, "en-US", assembly + "-Help.xml"), Maml.Write(commands));
        return 0;
    }

    private static List<CmdletInfo> Cmdlets(Runspace runspace, string assembly)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript("param($assembly) (Import-Module $assembly -PassThru).ExportedCmdlets.Values | ForEach-Object { $null = $_.ParameterSets; $_ }")
            .AddArgument(Path.GetFullPath(assembly));
        List<CmdletInfo> cmdlets = [.. shell.Invoke<CmdletInfo>().OrderBy(c => c.Noun, StringComparer.Ordinal).ThenBy(c => c.Verb, StringComparer.Ordinal)];
        if (shell.HadErrors)
            throw new InvalidOperationException(shell.Streams.Error[0].ToString());
        return cmdlets;
    }

    /// <summary>What Tab offers behind a line, as it is listed: without quotes.</summary>
    private static List<string> Offered(Runspace runspace, string line)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = runspace;
        return [.. CommandCompletion.CompleteInput(line, line.Length, new Hashtable(), shell).CompletionMatches.Select(match => match.ListItemText)];
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    /// <summary>A cmdlet that is no more has no page either.</summary>
    private static void RemoveOthers(string folder, List<CommandHelp> commands)
    {
        IEnumerable<string> others = Directory.GetFiles(folder, "*-*.md")
            .Where(page => commands.All(command => command.Name + ".md" != Path.GetFileName(page)));
        foreach (string page in others)
            File.Delete(page);
    }
}
