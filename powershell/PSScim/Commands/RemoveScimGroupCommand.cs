using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>Deletes groups.</summary>
/// <example>
/// Delete a group.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Remove-ScimGroup $group -Confirm:$false
/// </code>
/// Without <c>-Confirm:$false</c>, PowerShell asks before it deletes each group.
/// </example>
/// <example>
/// Delete the groups of a list, after a preview of what would be sent.
/// <code>
/// $groups = Get-ScimGroup -First 3
/// $groups | Remove-ScimGroup -WhatIf
/// $groups | Remove-ScimGroup -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="GetScimGroupCommand"/>
/// <seealso cref="RemoveScimGroupMemberCommand"/>
[Cmdlet(VerbsCommon.Remove, "ScimGroup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = InputSet)]
public sealed class RemoveScimGroupCommand : ScimObjectCommand
{
    private protected override ResourceKind Kind => ResourceKind.Group;

    private protected override string Action => "Remove";

    private protected override void Change(InputRow row, Submitted item)
    {
        ChangeText change = Of("Delete", row);
        change.IfMatch = Condition(row, IfUnchanged);
        Send(change, item, Action);
    }
}
