using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets the users who are direct members of a group. Entra never lists members with the group: they are the users found by
/// <c>groups.value eq "&lt;id of the group&gt;"</c>, page by page.
/// </summary>
/// <example>
/// The members of a group.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimGroupMember $group -Attributes id, userName
/// </code>
/// </example>
/// <example>
/// How many members each group has.
/// <code>
/// Get-ScimGroup -First 3 | ForEach-Object { '{0}: {1}' -f $_.displayName, @($_ | Get-ScimGroupMember -Attributes id).Count }
/// </code>
/// </example>
/// <seealso cref="AddScimGroupMemberCommand"/>
/// <seealso cref="RemoveScimGroupMemberCommand"/>
/// <seealso cref="GetScimUserMembershipCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimGroupMember", SupportsPaging = true)]
[OutputType("PSScim.User")]
public sealed class GetScimGroupMemberCommand : ScimMembershipCommand
{
    /// <summary>Ids of groups, or groups.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Group", "GroupId")]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[] Id { get; set; } = [];

    /// <summary>Writes the members.</summary>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
            Find(ResourceKind.User, "groups.value", id);
    }
}
