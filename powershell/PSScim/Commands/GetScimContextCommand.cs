using System.Linq;
using System.Management.Automation;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Gets the connection that cmdlets of this runspace use: where it goes, as whom, and what it has done and cost so far.
/// </summary>
/// <example>
/// What has this cost so far?
/// <code>
/// Get-ScimUser -First 250 | ForEach-Object userName
/// Get-ScimContext
/// </code>
/// 250 users are three pages of 100: three requests, USD 0.006 on Entra.
/// </example>
/// <example>
/// The cost of one command.
/// <code>
/// $before = (Get-ScimContext).Requests
/// $all = Get-ScimUser -Attributes id, userName
/// (Get-ScimContext).Requests - $before
/// </code>
/// </example>
/// <example>
/// All connections of this runspace.
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
    /// <summary>The name of one of this runspace's connections.</summary>
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>All connections of this runspace; the default one comes last.</summary>
    [Parameter]
    public SwitchParameter ListAvailable { get; set; }

    /// <summary>Writes them. No request is made.</summary>
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
