using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Changes groups with parameters, with -Replace, -Add, -Remove and -Clear as in Set-ADGroup, with rows of a CSV file,
/// or with values that you set on group objects. Sends one PATCH request for each group that changes, and none for a
/// group that doesn't. To change members, use Add-ScimGroupMember.
/// </summary>
/// <example>
/// Change a group with parameters.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Set-ScimGroup $group -DisplayName 'Sales Graz' -Description 'All who sell in Graz' -PassThru
/// </code>
/// </example>
/// <example>
/// Change the values that you set on an object.
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
    /// <summary>Ids of groups, or group objects.</summary>
    [Parameter(ParameterSetName = IdSet, Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public PSObject[] Id { get; set; } = [];

    /// <summary>
    /// The pipeline input: an id, a group with changed values, a hashtable, a row from Import-Csv, or an object from
    /// ConvertFrom-Json. Without an <c>id</c>, PSScim looks up the group by externalId or displayName, which must match
    /// exactly one group.
    /// </summary>
    [Parameter(ParameterSetName = InputSet, Mandatory = true, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Attributes to set, by their names in the schema. <c>$null</c> clears an attribute.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Replace { get; set; }

    /// <summary>Values to add to multi-valued attributes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Add { get; set; }

    /// <summary>Values to remove from multi-valued attributes.</summary>
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
    /// What an empty CSV cell or an empty parameter means: Ignore or Clear. By default, empty cells are ignored, and an empty
    /// parameter is an error.
    /// </summary>
    [Parameter]
    [ValidateSet("Ignore", "Clear")]
    public string? EmptyValue { get; set; }

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

    /// <summary>Returns the changed group, which takes one more request if something changes.</summary>
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
        IfUnchanged = IfUnchanged,
        ReturnsState = PassThru,
    };

    private protected override bool TakesOtherServices => Force;

    private protected override bool ClearsEmpty => IsClear(EmptyValue);

    private protected override bool ShowsResult => PassThru;

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (PassThru && Result(operation) is ScimResource group)
            WriteObject(group);
    }
}
