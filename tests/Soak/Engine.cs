using System;
using System.Collections.ObjectModel;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Security;

namespace PSScim.Soak;

/// <summary>A runspace of the real engine with the module of out/PSScim in it.</summary>
internal sealed class Engine : IDisposable
{
    internal Engine(string clientSecret)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([Path.Combine(Service.Root, "out", "PSScim", "PSScim.psd1")]);
        Runspace = RunspaceFactory.CreateRunspace(state);
        Runspace.Open();
        var secret = new SecureString();
        foreach (char c in clientSecret)
            secret.AppendChar(c);
        Set("secret", secret);
    }

    internal Runspace Runspace { get; }

    internal void Set(string name, object? value) => Runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>A script, ready to be run.</summary>
    internal PowerShell Prepare(string script)
    {
        var shell = PowerShell.Create();
        shell.Runspace = Runspace;
        shell.AddScript(script);
        return shell;
    }

    /// <summary>Runs a script in which nothing may go wrong.</summary>
    internal Collection<PSObject> Run(string script)
    {
        using PowerShell shell = Prepare(script);
        Collection<PSObject> output = shell.Invoke();
        if (shell.Streams.Error.Count > 0)
            throw new InvalidOperationException($"{script}: {shell.Streams.Error[0]}");
        return output;
    }

    public void Dispose() => Runspace.Dispose();
}
