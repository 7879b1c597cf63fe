using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets groups from a SCIM service: all groups, the groups that match a filter, or single groups by id. Entra doesn't
/// return members with a group. To get them, use Get-ScimGroupMember, or filter users by <c>groups.value eq "&lt;id of
/// the group&gt;"</c>.
/// </summary>
/// <example>
/// Get the groups whose names end with a word.
/// <code>
/// Get-ScimGroup -Filter 'displayName ew "Berlin"'
/// </code>
/// </example>
/// <example>
/// Get a group by its exact name, and its members.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimGroup -DisplayName $group.displayName
/// Get-ScimUser -MemberOf $group -Attributes id, userName
/// </code>
/// Entra doesn't return members with a group, so this finds the users who are in it.
/// </example>
/// <example>
/// Get the groups that a user is in.
/// <code>
/// $user = Get-ScimUser -First 1
/// Get-ScimGroup -Member $user
/// </code>
/// </example>
/// <example>
/// Get groups by id.
/// <code>
/// $ids = Get-ScimGroup -First 3 | ForEach-Object id
/// $ids | Get-ScimGroup
/// </code>
/// Each id takes one request.
/// </example>
/// <seealso cref="GetScimUserCommand"/>
/// <seealso cref="GetScimSchemaCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimGroup", DefaultParameterSetName = ListSet, SupportsPaging = true)]
[OutputType("PSScim.Group")]
public sealed class GetScimGroupCommand : GetScimResourceCommand, IGroupFilter
{
    /// <inheritdoc cref="IGroupFilter.Member"/>
    [Parameter(ParameterSetName = ListSet)]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string? Member { get; set; }

    /// <inheritdoc cref="IGroupFilter.Owner"/>
    [Parameter(ParameterSetName = ListSet)]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string? Owner { get; set; }

    private protected override IEnumerable<string?> Terms => [.. GroupTerms(this), .. base.Terms];

    private protected override string Endpoint => "Groups";

    private protected override ResourceKind Kind => ResourceKind.Group;
}
