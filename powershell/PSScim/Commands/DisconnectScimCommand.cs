using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Closes a connection and forgets its secret and token. Another connection that this runspace made before becomes its
/// default again.
/// </summary>
[Cmdlet(VerbsCommunications.Disconnect, "Scim")]
public sealed class DisconnectScimCommand : ScimCommand
{
    /// <summary>The connection to close, or its name. Left out: this runspace's default one.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ConnectionTransformation]
    [ValidateNotNull]
    public ScimConnection? Connection { get; set; }

    /// <summary>Closes it. Where there is none, there is nothing to do.</summary>
    protected override void ProcessRecord()
    {
        ScimConnection? connection = Connection ?? RunspaceState.Current.Default;
        if (connection is null)
            return;
        RunspaceState.Current.Remove(connection);
        connection.Close();
    }
}
