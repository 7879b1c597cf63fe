using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Creates groups: from parameters, or one from each object of the pipeline. Where it is not said otherwise they are for
/// security and not for mail.
/// </summary>
/// <example>
/// A group.
/// <code>
/// New-ScimGroup -DisplayName 'Sales Graz' -Description 'All who sell in Graz'
/// </code>
/// </example>
/// <example>
/// A group with its members.
/// <code>
/// $group = New-ScimGroup -DisplayName 'Sales Graz'
/// Get-ScimUser -First 25 -Attributes id | Add-ScimGroupMember -Group $group
/// </code>
/// </example>
/// <example>
/// Groups from hashtables; rows of Import-Csv do as well.
/// <code>
/// @{ displayName = 'Sales'; description = 'All who sell' }, @{ displayName = 'Research' } | New-ScimGroup
/// </code>
/// </example>
/// <seealso cref="SetScimGroupCommand"/>
/// <seealso cref="AddScimGroupMemberCommand"/>
/// <seealso cref="RemoveScimGroupCommand"/>
[Cmdlet(VerbsCommon.New, "ScimGroup", SupportsShouldProcess = true)]
[OutputType("PSScim.Group")]
public sealed class NewScimGroupCommand : ScimGroupCommand
{
    /// <summary>
    /// What comes from the pipeline: a hashtable, a row of Import-Csv, an object of ConvertFrom-Json, or a group to make
    /// another like it. What a parameter says goes before it. Empty cells are ignored.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Further attributes, by their names in the schema.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Attributes { get; set; }

    /// <summary>Creates a group.</summary>
    protected override void ProcessRecord() => Create(InputObject, Attributes, password: null);

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (Result(operation) is ScimResource group)
            WriteObject(group);
    }
}
