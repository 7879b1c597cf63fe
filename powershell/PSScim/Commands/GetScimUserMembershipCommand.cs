using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets the groups that a user is in, those whose rule makes the user a member too: the groups found by
/// <c>members.value eq "&lt;id of the user&gt;"</c>.
/// </summary>
/// <example>
/// The groups of a user.
/// <code>
/// $user = Get-ScimUser -First 1
/// Get-ScimUserMembership $user | ForEach-Object displayName
/// </code>
/// </example>
/// <example>
/// Out of all groups that take members by hand.
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
    /// <summary>Ids of users, or users.</summary>
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
