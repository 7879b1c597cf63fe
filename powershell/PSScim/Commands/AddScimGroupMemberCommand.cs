using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Adds members to a group, 20 to a request. Who is a member already stays one. Where an id is unknown, the others are added
/// all the same, and it is named.
/// </summary>
/// <example>
/// Users from a list.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimUser -First 50 -Attributes id | Add-ScimGroupMember $group
/// </code>
/// 50 members are added by 3 requests.
/// </example>
/// <example>
/// Rows that name the group and the member.
/// <code>
/// $group = Get-ScimGroup -First 1
/// $rows = Get-ScimUser -First 2 | ForEach-Object { [pscustomobject]@{ GroupId = $group.id; MemberId = $_.id } }
/// $rows | Add-ScimGroupMember
/// </code>
/// </example>
/// <seealso cref="RemoveScimGroupMemberCommand"/>
/// <seealso cref="SyncScimGroupMemberCommand"/>
/// <seealso cref="GetScimGroupMemberCommand"/>
[Cmdlet(VerbsCommon.Add, "ScimGroupMember", SupportsShouldProcess = true)]
public sealed class AddScimGroupMemberCommand : ScimGroupMemberCommand
{
    private protected override string Verb => "AddMember";

    private protected override string Action => "Add to";
}
