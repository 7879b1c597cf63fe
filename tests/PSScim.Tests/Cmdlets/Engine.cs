using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Security;

namespace PSScim.Tests.Cmdlets;

/// <summary>A runspace of the real engine with the module imported from out/PSScim, as a user has it.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace _runspace;

    internal Engine(bool import = true, PSHost? host = null)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        if (import)
            state.ImportPSModule([ModulePath]);
        _runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
    }

    internal static string Root { get; } = FindRoot();

    internal static string ModulePath { get; } = Path.Combine(Root, "out", "PSScim", "PSScim.psd1");

    internal Runspace Runspace => _runspace;

    /// <summary>Gives a script a variable.</summary>
    internal Engine Set(string name, object? value)
    {
        _runspace.SessionStateProxy.SetVariable(name, value);
        return this;
    }

    /// <summary>Runs a script and gives all that came of it, its errors and other streams too.</summary>
    internal Result Run(string script)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        shell.AddScript(script);
        var output = new PSDataCollection<PSObject>();
        ErrorRecord? terminating = null;
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            terminating = e.ErrorRecord;
        }
        // An error that -ErrorAction Stop makes terminating is in the stream as well.
        IEnumerable<ErrorRecord> errors = [.. shell.Streams.Error, .. terminating is null ? [] : new[] { terminating }];
        return new Result(
            output.ToArray(),
            [.. errors.DistinctBy(e => e.Exception is RuntimeException { ErrorRecord: not null } r ? r.ErrorRecord.Exception : e.Exception)],
            [.. shell.Streams.Verbose.Select(v => v.Message)],
            [.. shell.Streams.Warning.Select(w => w.Message)]);
    }

    /// <summary>Runs a script that must not fail, and gives its output.</summary>
    internal PSObject[] Good(string script)
    {
        Result result = Run(script);
        if (result.Errors.Length > 0)
            throw new InvalidOperationException($"{script}: {result.Errors[0]} {result.Errors[0].ScriptStackTrace}");
        return result.Output;
    }

    /// <summary>Runs a script that must give just one error.</summary>
    internal ErrorRecord Bad(string script)
    {
        Result result = Run(script);
        return result.Errors.Length == 1
            ? result.Errors[0]
            : throw new InvalidOperationException($"{script}: {string.Join<ErrorRecord>("; ", result.Errors)}");
    }

    /// <summary>A secure string of a text.</summary>
    internal static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (char c in text)
            secure.AppendChar(c);
        return secure;
    }

    public void Dispose() => _runspace.Dispose();

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "PSScim.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
    }

    internal sealed record Result(PSObject[] Output, ErrorRecord[] Errors, string[] Verbose, string[] Warnings);
}
