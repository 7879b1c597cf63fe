using System.Management.Automation;
using PSScim.Completion;

namespace PSScim.Commands;

/// <summary>
/// Closes a connection and erases its secret and token. Commands that use it, in any runspace, end with the error
/// NotConnected. The previous connection of this runspace, if any, becomes the default again.
/// </summary>
/// <example>
/// Close the default connection.
/// <code>
/// Disconnect-Scim
/// </code>
/// </example>
/// <example>
/// Close a connection by name.
/// <code>
/// Connect-Scim -Emulator -Name trial
/// Disconnect-Scim -Connection trial
/// </code>
/// </example>
/// <example>
/// Close all connections of this runspace.
/// <code>
/// Get-ScimContext -ListAvailable | Disconnect-Scim
/// </code>
/// </example>
/// <seealso cref="ConnectScimCommand"/>
/// <seealso cref="GetScimContextCommand"/>
[Cmdlet(VerbsCommunications.Disconnect, "Scim")]
public sealed class DisconnectScimCommand : ScimCommand
{
    /// <summary>The connection to close, or its name. Default: the default connection of this runspace.</summary>
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ConnectionTransformation]
    [ValidateNotNull]
    public ScimConnection? Connection { get; set; }

    /// <summary>Closes the connection. Does nothing if there is no connection.</summary>
    protected override void ProcessRecord()
    {
        ScimConnection? connection = Connection ?? RunspaceState.Current.Default;
        if (connection is null)
            return;
        RunspaceState.Current.Remove(connection);
        try
        {
            connection.Close();
        }
        catch (ScimException error)
        {
            WriteError(error.ToErrorRecord(null));
        }
    }
}
