using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using System.Security;
using System.Threading;
using PSScim.Native;

namespace PSScim.Model;

/// <summary>All that came of a script.</summary>
internal sealed class Result
{
    internal required List<PSObject> Output { get; init; }

    internal required List<ErrorRecord> Errors { get; init; }

    internal required List<string> Warnings { get; init; }

    /// <summary>All that the streams said, for looking for secrets.</summary>
    internal required List<string> Said { get; init; }

    /// <summary>Whether the script had to be stopped, because it didn't end.</summary>
    internal bool Hung { get; init; }

    /// <summary>Whether the user stopped it.</summary>
    internal bool Stopped { get; init; }

    /// <summary>Where an interrupted list goes on; null where no error says so.</summary>
    internal string? Cursor => Errors.Select(e => (e.Exception as ScimException)?.Cursor).FirstOrDefault(c => c is not null);

    internal bool IsSilent => Errors.Count == 0 && Warnings.Count == 0 && !Stopped;
}

/// <summary>A runspace of the real engine with the module of out/PSScim in it.</summary>
internal sealed class Engine : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly Runspace _runspace;
    private PowerShell? _running;
    private bool _stops;

    internal Engine()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ImportPSModule([ModulePath]);
        // In pwsh these come with a module of its own, for which a host has no manifest.
        foreach (Type type in typeof(Microsoft.PowerShell.Commands.ImportCsvCommand).Assembly.GetExportedTypes())
            if (type.GetCustomAttribute<CmdletAttribute>() is CmdletAttribute named)
                state.Commands.Add(new SessionStateCmdletEntry($"{named.VerbName}-{named.NounName}", type, null));
        _runspace = RunspaceFactory.CreateRunspace(state);
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
    }

    internal static string Root { get; } = typeof(Engine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == "RepositoryRoot").Value!;

    internal static string ModulePath { get; } = Path.Combine(Root, "out", "PSScim", "PSScim.psd1");

    internal void Set(string name, object? value) => _runspace.SessionStateProxy.SetVariable(name, value);

    /// <summary>
    /// Connects as Connect-Scim does, except that a pause before a retry is a millisecond at first: with half a second no
    /// run could afford a fault.
    /// </summary>
    internal static void Connect(string baseUri, Emulator emulator, string[] compatibility)
    {
        var secret = new SecureString();
        foreach (char c in emulator.Text("ClientSecret"))
            secret.AppendChar(c);
        string config = new JsonText()
            .Add("baseUri", baseUri)
            .Add("authority", emulator.Text("Authority"))
            .Add("tenantId", emulator.Text("TenantId"))
            .Add("clientId", emulator.Text("ClientId"))
            .Add("credential", "clientSecret")
            .Add("compatibility", compatibility)
            // Named, it counts 503 as well, which is otherwise waited out.
            .Add("maximumRetryCount", 5L)
            .Add("retryIntervalMilliseconds", 1L)
            .ToString();
        RunspaceState.Current.Add(new ScimConnection(Session.Open(config, secret), null));
    }

    /// <summary>Runs a script, and gives all that came of it. It's stopped where it doesn't end.</summary>
    internal Result Run(string script)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = _runspace;
        // What -ErrorAction SilentlyContinue keeps out of the stream is in $Error.
        shell.AddScript("$Error.Clear()").Invoke();
        shell.Commands.Clear();
        shell.Streams.ClearStreams();
        shell.AddScript(script);
        var output = new PSDataCollection<PSObject>();
        var errors = new List<ErrorRecord>();
        bool hung = false;
        _stops = false;
        _running = shell;
        using (new Timer(_ => { hung = true; shell.BeginStop(null, null); }, null, s_patience, Timeout.InfiniteTimeSpan))
            try
            {
                shell.Invoke(null, output);
            }
            catch (PipelineStoppedException)
            {
                // By us, or by the user of the case.
            }
            catch (RuntimeException e)
            {
                errors.Add(e.ErrorRecord);
            }
        _running = null;
        foreach (object error in (ArrayList)_runspace.SessionStateProxy.GetVariable("Error"))
            if ((error as ErrorRecord ?? (error as RuntimeException)?.ErrorRecord) is ErrorRecord record)
                errors.Add(record);
        PSDataStreams streams = shell.Streams;
        return new Result
        {
            Output = [.. output],
            Errors = [.. errors.DistinctBy(e => e.Exception)],
            Warnings = [.. streams.Warning.Select(w => w.Message)],
            Said = [.. streams.Warning.Select(w => w.Message), .. streams.Verbose.Select(v => v.Message), .. streams.Debug.Select(d => d.Message),
                .. streams.Information.Select(i => i.ToString()), .. errors.Select(e => e + " " + e.Exception + " " + e.TargetObject)],
            Hung = hung,
            Stopped = _stops,
        };
    }

    /// <summary>Stops what runs, as Ctrl+C does. It doesn't wait for the end.</summary>
    internal void Stop()
    {
        if (_running is not PowerShell running)
            return;
        _stops = true;
        running.BeginStop(null, null);
    }

    /// <summary>Runs a script in which nothing may go wrong.</summary>
    internal IReadOnlyList<PSObject> Good(string script)
    {
        Result result = Run(script);
        return result.Errors.Count == 0 ? result.Output : throw new InvalidOperationException($"{script}: {result.Errors[0]}");
    }

    public void Dispose() => _runspace.Dispose();
}

/// <summary>Makes this program use the assembly of out/PSScim, the one that Import-Module loads.</summary>
internal static class ModuleAssembly
{
#pragma warning disable CA2255 // It has to be in place before the first type of the module is met.
    [ModuleInitializer]
    internal static void Resolve() => AssemblyLoadContext.Default.Resolving += (context, name) =>
        name.Name == "PSScim" ? context.LoadFromAssemblyPath(Path.ChangeExtension(Engine.ModulePath, ".dll")) : null;
#pragma warning restore CA2255
}
