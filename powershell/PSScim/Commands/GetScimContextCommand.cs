using System.Linq;
using System.Management.Automation;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Gets the connection that the cmdlets in this runspace use: its address, its identity, and its requests and cost so
/// far.
/// </summary>
/// <example>
/// Show the cost so far.
/// <code>
/// Get-ScimUser -First 250 | ForEach-Object userName
/// Get-ScimContext
/// </code>
/// 250 users take three pages of 100: three requests, which cost USD 0.006 on Entra.
/// </example>
/// <example>
/// Show the cost of one command.
/// <code>
/// $before = (Get-ScimContext).Requests
/// $all = Get-ScimUser -Attributes id, userName
/// (Get-ScimContext).Requests - $before
/// </code>
/// </example>
/// <example>
/// List all connections of this runspace.
/// <code>
/// Get-ScimContext -ListAvailable | ForEach-Object Name
/// </code>
/// </example>
/// <seealso cref="ConnectScimCommand"/>
/// <seealso cref="DisconnectScimCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimContext")]
[OutputType(typeof(ScimConnection))]
public sealed class GetScimContextCommand : ScimCommand
{
    /// <summary>The name of a connection of this runspace.</summary>
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Lists all connections of this runspace. The default connection is last.</summary>
    [Parameter]
    public SwitchParameter ListAvailable { get; set; }

    /// <summary>Writes the connections. No request is made.</summary>
    protected override void ProcessRecord()
    {
        RunspaceState connections = RunspaceState.Current;
        if (Name is not null)
        {
            if (connections.Find(Name) is ScimConnection found)
                Write(found);
            else
                WriteError(new ScimException(ErrorId.ConnectionNotFound, $"This runspace has no connection named '{Name}'.",
                    "Run Get-ScimContext -ListAvailable to see its connections.").ToErrorRecord(Name));
        }
        else if (ListAvailable)
            foreach (ScimConnection each in connections.All.ToArray())
                Write(each);
        else if (connections.Default is ScimConnection present)
            Write(present);
    }

    private void Write(ScimConnection connection)
    {
        connection.HandOut();
        WriteObject(connection);
    }
}
