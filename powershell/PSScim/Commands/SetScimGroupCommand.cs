using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Changes groups: by parameters, in the grammar of Set-ADGroup, by the rows of a CSV, or by what was set on the objects. One
/// PATCH for each group that changes, and none for one that does not. Members are changed by Add-ScimGroupMember.
/// </summary>
/// <example>
/// By parameters.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Set-ScimGroup $group -DisplayName 'Sales Graz' -Description 'All who sell in Graz' -PassThru
/// </code>
/// </example>
/// <example>
/// What was set on the object.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $group.displayName = $group.displayName + ' (old)'
/// $group | Set-ScimGroup -WhatIf
/// $group | Set-ScimGroup
/// </code>
/// </example>
/// <seealso cref="NewScimGroupCommand"/>
/// <seealso cref="AddScimGroupMemberCommand"/>
/// <seealso cref="GetScimGroupCommand"/>
[Cmdlet(VerbsCommon.Set, "ScimGroup", SupportsShouldProcess = true, DefaultParameterSetName = InputSet)]
[OutputType("PSScim.Group")]
public sealed class SetScimGroupCommand : ScimGroupCommand
{
    /// <summary>Ids, or groups.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Id { get; set; } = [];

    /// <summary>
    /// What comes from the pipeline: an id, a group with what was set on it, a hashtable, a row of Import-Csv, an object of
    /// ConvertFrom-Json. It is found by its <c>id</c>; without one it is looked up by its externalId or displayName, of which
    /// there has to be just one.
    /// </summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Attributes to set, by their names in the schema; <c>$null</c> clears.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Replace { get; set; }

    /// <summary>Values to add to attributes that have several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Add { get; set; }

    /// <summary>Values to take from attributes that have several.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Remove { get; set; }

    /// <summary>Attributes to clear.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(WritableAttributeCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Clear { get; set; }

    /// <summary>
    /// What an empty cell of a row, or an empty parameter, means: Ignore, or Clear. Left out, empty cells are ignored, and an
    /// empty parameter is an error.
    /// </summary>
    [Parameter]
    [ValidateSet("Ignore", "Clear")]
    public string? EmptyValue { get; set; }

    /// <summary>Writes the group's new state, which takes a further request where something changes.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Changes the groups.</summary>
    protected override void ProcessRecord() =>
        Each(
            ParameterSetName == IdSet ? Id : [InputObject!],
            "Set",
            (row, item) => Update(row, item, Parameters));

    private UpdateParameters Parameters => new()
    {
        Replace = Replace,
        Add = Add,
        Remove = Remove,
        Clear = Clear,
        EmptyValue = EmptyValue,
        ReturnsState = PassThru,
    };

    private protected override bool ClearsEmpty => IsClear(EmptyValue);

    private protected override bool ShowsResult => PassThru;

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (PassThru && Result(operation) is ScimResource group)
            WriteObject(group);
    }
}
