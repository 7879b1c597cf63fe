using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets the connection that cmdlets of this runspace use: where it goes, as whom, and what it has done and cost so far.
/// </summary>
[Cmdlet(VerbsCommon.Get, "ScimContext")]
[OutputType(typeof(ScimConnection))]
public sealed class GetScimContextCommand : ScimCommand
{
    /// <summary>The name of one of this runspace's connections.</summary>
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
                WriteObject(found);
            else
                WriteError(Invalid("ConnectionNotFound", $"This runspace has no connection named '{Name}'.",
                    "Get-ScimContext -ListAvailable lists those it has.").ToErrorRecord(Name));
        }
        else if (ListAvailable)
            WriteObject(connections.All, enumerateCollection: true);
        else if (connections.Default is ScimConnection present)
            WriteObject(present);
    }
}
