using System.Management.Automation;
using PSScim.Changes;

namespace PSScim.Commands;

/// <summary>Deletes users. Entra keeps a deleted user for 30 days, without its memberships.</summary>
/// <example>
/// Delete a user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Remove-ScimUser $user -Confirm:$false
/// </code>
/// Without <c>-Confirm:$false</c>, PowerShell asks before it deletes each user.
/// </example>
/// <example>
/// Delete the users of a list, after a preview of what would be sent.
/// <code>
/// $users = Get-ScimUser -First 3
/// $users | Remove-ScimUser -WhatIf
/// $users | Remove-ScimUser -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="GetScimUserCommand"/>
/// <seealso cref="DisableScimUserCommand"/>
[Cmdlet(VerbsCommon.Remove, "ScimUser", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = UserNameSet)]
public sealed class RemoveScimUserCommand : ScimUserObjectCommand
{
    private protected override string Action => "Remove";

    private protected override void Change(InputRow row, Submitted item)
    {
        ChangeText change = Of("Delete", row);
        change.IfMatch = Condition(row, IfUnchanged);
        Send(change, item, Action);
    }
}
