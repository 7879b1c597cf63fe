using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Adds members to a group, 20 per request. Existing members stay. If an id is unknown, the other members are still
/// added, and an error names the id.
/// </summary>
/// <example>
/// Add users from a list.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimUser -First 50 -Attributes id | Add-ScimGroupMember $group
/// </code>
/// Adding 50 members takes 3 requests.
/// </example>
/// <example>
/// Add members from rows that contain the group and the member.
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
