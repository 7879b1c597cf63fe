using System;
using System.Linq;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace PSScim;

/// <summary>Tells a runspace that serves several users, one after another, from one that is its user's own.</summary>
internal static class SharedRunspace
{
    /// <summary>How the engine names the runspaces of ForEach-Object -Parallel.</summary>
    private const string ParallelPrefix = "PSTask:";

    /// <summary>How the engine names the host of a remote session or a job.</summary>
    private const string RemoteHost = "ServerRemoteHost";

    /// <summary>
    /// Whether the engine lends it to one script after another. A session of PowerShell remoting has a pool too, but only
    /// one user: it keeps what it has.
    /// </summary>
    internal static bool Is(Runspace runspace, PSHost host) =>
        runspace.Name.StartsWith(ParallelPrefix, StringComparison.Ordinal) || (host.Name != RemoteHost && IsPooled(runspace));

    /// <summary>
    /// The engine has no public word for it: a pool listens to the events of its runspaces, through an event that is not
    /// public either.
    /// </summary>
    private static bool IsPooled(Runspace runspace)
    {
        for (Type? type = runspace.Events?.GetType(); type is not null; type = type.BaseType)
        {
            FieldInfo? field = type.GetField("ForwardEvent", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
            if (field?.GetValue(runspace.Events) is Delegate listeners
                && listeners.GetInvocationList().Any(each => each.Target?.GetType().Name == "RunspacePoolInternal"))
                return true;
        }
        return false;
    }
}
