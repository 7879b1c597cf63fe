using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets the groups that a user is in, including groups with dynamic membership. This cmdlet filters groups by
/// <c>members.value eq "&lt;id of the user&gt;"</c>.
/// </summary>
/// <example>
/// Get the groups of a user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Get-ScimUserMembership $user | ForEach-Object displayName
/// </code>
/// </example>
/// <example>
/// Remove a user from all groups with assigned members.
/// <code>
/// $user = Get-ScimUser -First 1
/// foreach ($group in $user | Get-ScimUserMembership) { Remove-ScimGroupMember $group $user -Confirm:$false }
/// </code>
/// </example>
/// <seealso cref="GetScimGroupMemberCommand"/>
/// <seealso cref="GetScimGroupCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimUserMembership", SupportsPaging = true)]
[OutputType("PSScim.Group")]
public sealed class GetScimUserMembershipCommand : ScimMembershipCommand
{
    /// <summary>Ids of users, or user objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("User", "UserId")]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[] Id { get; set; } = [];

    /// <summary>Writes the groups.</summary>
    protected override void ProcessRecord()
    {
        foreach (string id in Id)
            Find(ResourceKind.Group, "members.value", id);
    }
}
