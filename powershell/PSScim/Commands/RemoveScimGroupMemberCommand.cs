using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Removes members from a group, one by one, as Entra asks.</summary>
/// <example>
/// A member.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $member = Get-ScimGroupMember $group -First 1
/// Remove-ScimGroupMember $group $member -Confirm:$false
/// </code>
/// </example>
/// <example>
/// All members who cannot sign in.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimGroupMember $group -Attributes id, active | Where-Object { -not $_.active } |
///     Remove-ScimGroupMember $group -Confirm:$false
/// </code>
/// </example>
/// <seealso cref="AddScimGroupMemberCommand"/>
/// <seealso cref="SyncScimGroupMemberCommand"/>
/// <seealso cref="GetScimGroupMemberCommand"/>
[Cmdlet(VerbsCommon.Remove, "ScimGroupMember", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
public sealed class RemoveScimGroupMemberCommand : ScimGroupMemberCommand
{
    private protected override string Verb => "RemoveMember";

    private protected override string Action => "Remove from";
}
