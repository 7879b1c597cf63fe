using System.Management.Automation;
using PSScim.Completion;

namespace PSScim.Commands;

/// <summary>
/// Closes a connection and forgets its secret and token. Another connection that this runspace made before becomes its
/// default again.
/// </summary>
/// <example>
/// Close the present connection.
/// <code>
/// Disconnect-Scim
/// </code>
/// </example>
/// <example>
/// Close one by its name.
/// <code>
/// Connect-Scim -Emulator -Name trial
/// Disconnect-Scim -Connection trial
/// </code>
/// </example>
/// <example>
/// Close all that this runspace has made.
/// <code>
/// Get-ScimContext -ListAvailable | Disconnect-Scim
/// </code>
/// </example>
/// <seealso cref="ConnectScimCommand"/>
/// <seealso cref="GetScimContextCommand"/>
[Cmdlet(VerbsCommunications.Disconnect, "Scim")]
public sealed class DisconnectScimCommand : ScimCommand
{
    /// <summary>The connection to close, or its name. Left out: this runspace's default one.</summary>
    [ArgumentCompleter(typeof(ConnectionCompleter))]
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
