using System.Management.Automation;
using PSScim.Changes;
using PSScim.Completion;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// Creates groups from parameters, or one group from each pipeline object. By default, groups are security-enabled and
/// not mail-enabled.
/// </summary>
/// <example>
/// Create a group.
/// <code>
/// New-ScimGroup -DisplayName 'Sales Graz' -Description 'All who sell in Graz'
/// </code>
/// </example>
/// <example>
/// Create a group with members.
/// <code>
/// $group = New-ScimGroup -DisplayName 'Sales Graz'
/// Get-ScimUser -First 25 -Attributes id | Add-ScimGroupMember -Group $group
/// </code>
/// </example>
/// <example>
/// Create groups from hashtables. Rows from Import-Csv work too.
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
    /// The pipeline input: a hashtable, a row from Import-Csv, an object from ConvertFrom-Json, or a group to copy.
    /// Parameters override its values. Empty CSV cells are ignored.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>More attributes, by their names in the schema.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AttributeTableCompleter))]
    [AttributesTransformation(ResourceKind.Group)]
    [ValidateNotNull]
    public GroupAttributes? Attributes { get; set; }

    /// <summary>
    /// With -Journal: looks for objects whose creation an earlier run couldn't confirm, by their names too. One that was
    /// created since then is taken as created. If none is found, it is created again.
    /// </summary>
    [Parameter]
    public SwitchParameter FindUnknown { get; set; }

    private protected override bool FindsUnknown => FindUnknown;

    private protected override string[] KnownOfEarlier => ["id", "displayName"];

    /// <summary>Creates a group.</summary>
    protected override void ProcessRecord() => Create(InputObject, Attributes, password: null);

    private protected override void Done(WriteOperation operation, Submitted item)
    {
        base.Done(operation, item);
        if (Result(operation) is ScimResource group)
            WriteObject(group);
    }
}
