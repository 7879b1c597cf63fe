using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.Loader;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text.Json;

namespace PSScim.Bench;

/// <summary>One runspace of the real engine, and in it, when asked, the module of out/PSScim.</summary>
internal sealed class Engine : IDisposable
{
    private readonly Runspace _runspace;

    internal Engine()
    {
        AssemblyLoadContext.Default.Resolving += (context, name) => name.Name == "PSScim"
            ? context.LoadFromAssemblyPath(Path.Combine(Files.Module, "PSScim.dll"))
            : null;
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThreadOptions = PSThreadOptions.UseCurrentThread;
        state.Commands.Add(new SessionStateCmdletEntry("Select-First", typeof(SelectFirstCommand), null));
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
    }

    internal void Import(string module) => Invoke($"Import-Module -Name '{module}' -ErrorAction Stop");

    internal void Set(string variable, object value) => _runspace.SessionStateProxy.SetVariable(variable, value);

    internal object? Get(string variable) => _runspace.SessionStateProxy.GetVariable(variable);

    /// <summary>Runs a script. Any error is an exception; <paramref name="verbose"/> gets what it says with -Verbose.</summary>
    internal Collection<PSObject> Invoke(string script, ICollection<string>? verbose = null)
    {
        using PowerShell shell = PowerShell.Create(_runspace);
        shell.AddScript(script, useLocalScope: false);
        Collection<PSObject> output = shell.Invoke();
        if (shell.Streams.Error.Count > 0)
            throw new InvalidOperationException($"{script}: {shell.Streams.Error[0]}");
        foreach (VerboseRecord record in shell.Streams.Verbose)
            verbose?.Add(record.Message);
        return output;
    }

    public void Dispose() => _runspace.Dispose();
}

/// <summary>
/// A connection of the module to the emulator in another process. Connect-Scim takes what is at `-BaseUri` for some SCIM
/// server unless it is Entra's own address, and would page by other rules; so the connection is made by the module's
/// internals, told that this is Entra.
/// </summary>
internal static class Connection
{
    /// <summary>Signs in. Only once the module is imported.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static object Open(Job job)
    {
        using var secret = new SecureString();
        foreach (char c in job.ClientSecret)
            secret.AppendChar(c);
        string config = JsonSerializer.Serialize(new
        {
            baseUri = job.BaseUri,
            authority = job.Authority,
            tenantId = job.TenantId,
            clientId = job.ClientId,
            credential = "clientSecret",
            entra = true,
        });
        Native.Session session = Native.Session.Open(config, secret);
        using (Native.Operation signIn = session.SignIn())
            while (signIn.Wait(1000) is var state && state != Native.ScimState.Done)
                if (state != Native.ScimState.Pending)
                    throw signIn.Failure();
        return new ScimConnection(session, "bench");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static (long Requests, long Bytes) Meter(object connection)
    {
        var scim = (ScimConnection)connection;
        return (scim.Requests, scim.BytesReceived);
    }
}
