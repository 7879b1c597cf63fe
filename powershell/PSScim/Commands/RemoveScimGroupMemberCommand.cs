using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Removes members from a group, one per request, as Entra requires.</summary>
/// <example>
/// Remove a member.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $member = Get-ScimGroupMember $group -First 1
/// Remove-ScimGroupMember $group $member -Confirm:$false
/// </code>
/// </example>
/// <example>
/// Remove all disabled members.
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
