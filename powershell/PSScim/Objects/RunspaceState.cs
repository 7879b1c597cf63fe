using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace PSScim;

/// <summary>
/// The connections and emulators that one runspace has made, and which connection is its default. Two jobs in one
/// process never see, replace or disconnect each other's; to share a connection, pass the object.
/// </summary>
/// <remarks>
/// ForEach-Object -Parallel and runspace pools run one user's script after another's in the same runspace. There the state
/// ends with the script that made it.
/// </remarks>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> s_all = new();
    private readonly Runspace _runspace;
    private readonly List<ScimConnection> _connections = [];
    private bool? _isShared;

    private RunspaceState(Runspace runspace) => _runspace = runspace;

    /// <summary>The present runspace's.</summary>
    internal static RunspaceState Current => s_all.GetValue(
        Runspace.DefaultRunspace ?? throw new InvalidOperationException("This thread has no runspace."),
        runspace => new RunspaceState(runspace));

    /// <summary>The emulators that it started, the latest last.</summary>
    internal List<ScimEmulator> Emulators { get; } = [];

    /// <summary>How many non-terminating errors its commands have written so far, those that -ErrorAction hides included.</summary>
    internal long Failures { get; set; }

    /// <summary>The connection made last; null where there is none, or where the last Connect-Scim failed.</summary>
    internal ScimConnection? Default { get; private set; }

    /// <summary>Whether there is no default connection because the last Connect-Scim failed.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>All connections, the default last.</summary>
    internal IReadOnlyList<ScimConnection> All => _connections;

    /// <summary>
    /// Leaves no default connection, until <see cref="Add"/> says that one was made: what follows a Connect-Scim that fails
    /// must not run on the connection before it, which may be another tenant's.
    /// </summary>
    internal void BeginConnect()
    {
        Default = null;
        HasFailed = true;
    }

    /// <summary>
    /// Makes a connection the default. One of the same name is replaced, and by one without a name the one without a name:
    /// a script that connects a thousand times does not keep a thousand tokens.
    /// </summary>
    internal void Add(ScimConnection connection)
    {
        ScimConnection? old = connection.IsNamed ? Find(connection.Name) : _connections.Find(c => !c.IsNamed);
        if (old is not null)
        {
            _connections.Remove(old);
            old.Retire();
        }
        _connections.Add(connection);
        Default = connection;
        HasFailed = false;
    }

    /// <summary>Forgets a connection. Where it was the default, the one made before it becomes the default.</summary>
    internal void Remove(ScimConnection connection)
    {
        _connections.Remove(connection);
        if (Default == connection)
            Default = _connections.LastOrDefault();
    }

    internal ScimConnection? Find(string name) =>
        _connections.Find(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Where the runspace serves several users, has the state end with the present one's script.</summary>
    /// <param name="host">The present command's host.</param>
    internal void EndWithScript(PSHost host)
    {
        if (_isShared is not null)
            return;
        _isShared = SharedRunspace.Is(_runspace, host);
        if (_isShared is true)
            _runspace.AvailabilityChanged += (_, change) =>
            {
                if (change.RunspaceAvailability == RunspaceAvailability.Available)
                    Clear();
            };
    }

    /// <summary>Forgets all of it. What nobody was given is closed; an emulator stops when nobody holds it.</summary>
    private void Clear()
    {
        foreach (ScimConnection connection in _connections)
            connection.Retire();
        _connections.Clear();
        Emulators.Clear();
        Default = null;
        HasFailed = false;
    }
}
