using System.Management.Automation;
using PSScim.Changes;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>What the cmdlets share that do one thing to objects which are there already.</summary>
public abstract class ScimObjectCommand : ScimWriteCommand
{
    /// <summary>Ids, or objects that have an id.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Id { get; set; } = [];

    /// <summary>
    /// What comes from the pipeline: an id, an object of Get-ScimUser or Get-ScimGroup, a hashtable, a row of Import-Csv. It
    /// is found by its <c>id</c>; without one it is looked up by its userName or externalId, for groups by its externalId or
    /// displayName, and that answer is checked before anything is written.
    /// </summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Does it to each object.</summary>
    protected override void ProcessRecord() =>
        Each(ParameterSetName == IdSet ? Id : [InputObject!], Action, Change);

    /// <summary>What is done, in a word, for -Confirm.</summary>
    private protected abstract string Action { get; }

    private protected abstract void Change(InputRow row, Submitted item);
}
