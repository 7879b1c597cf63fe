using System;
using System.Collections.Generic;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace PSScim;

/// <summary>
/// The connections and emulators that one runspace has made, and which connection is its default. Two jobs in one
/// process never see, replace or disconnect each other's; to share a connection, hand the object over.
/// </summary>
internal sealed class RunspaceState
{
    private static readonly ConditionalWeakTable<Runspace, RunspaceState> s_all = new();
    private readonly List<ScimConnection> _connections = [];

    /// <summary>The present runspace's.</summary>
    internal static RunspaceState Current => s_all.GetOrCreateValue(
        Runspace.DefaultRunspace ?? throw new InvalidOperationException("This thread has no runspace."));

    /// <summary>The emulators that it started, the latest last.</summary>
    internal List<ScimEmulator> Emulators { get; } = [];

    /// <summary>How many non-terminating errors its commands have written so far, those that -ErrorAction hides included.</summary>
    internal long Failures { get; set; }

    /// <summary>The connection made last.</summary>
    internal ScimConnection? Default => _connections.Count == 0 ? null : _connections[_connections.Count - 1];

    /// <summary>All connections, the default last.</summary>
    internal IReadOnlyList<ScimConnection> All => _connections;

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
    }

    internal bool Remove(ScimConnection connection) => _connections.Remove(connection);

    internal ScimConnection? Find(string name) =>
        _connections.Find(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));
}
