using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of the cmdlets that change existing objects in one way.</summary>
public abstract class ScimObjectCommand : ScimWriteCommand
{
    /// <summary>Ids, or objects that have an id.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Id { get; set; } = [];

    /// <summary>
    /// The pipeline input: an id, an object from Get-ScimUser or Get-ScimGroup, a hashtable, or a row from Import-Csv.
    /// Without an <c>id</c>, PSScim looks up users by userName or externalId, and groups by externalId or displayName.
    /// It checks the result before it writes anything.
    /// </summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>
    /// Makes the change only if the object still has the version that was read, or that PSScim's last change gave it
    /// (If-Match). Otherwise the error is PreconditionFailed. Needs an object from a server that keeps versions.
    /// </summary>
    [Parameter]
    public SwitchParameter IfUnchanged { get; set; }

    /// <summary>
    /// Takes objects of another service by their ids. Without it they are refused, because the same id can be another object
    /// on this service.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool TakesOtherServices => Force;

    /// <summary>Does it to each object.</summary>
    protected override void ProcessRecord() =>
        Each(ParameterSetName == IdSet ? Id : [InputObject!], Action, Change);

    /// <summary>What is done, in a word, for -Confirm.</summary>
    private protected abstract string Action { get; }

    private protected abstract void Change(InputRow row, Submitted item);
}
