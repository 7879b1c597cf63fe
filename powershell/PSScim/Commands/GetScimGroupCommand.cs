using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets groups from a SCIM service: all, those that a filter chooses, or single ones by id. Entra never lists a group's
/// members with it; they are the users found by the filter <c>groups.value eq "&lt;id of the group&gt;"</c>.
/// </summary>
/// <example>
/// The groups whose name ends with a word.
/// <code>
/// Get-ScimGroup -Filter 'displayName ew "Berlin"'
/// </code>
/// </example>
/// <example>
/// A group by its exact name, and its members.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimGroup -DisplayName $group.displayName
/// Get-ScimUser -MemberOf $group -Attributes id, userName
/// </code>
/// Entra never lists members with the group: they are the users who are in it.
/// </example>
/// <example>
/// The groups that a user is in.
/// <code>
/// $user = Get-ScimUser -First 1
/// Get-ScimGroup -Member $user
/// </code>
/// </example>
/// <example>
/// Groups by their ids.
/// <code>
/// $ids = Get-ScimGroup -First 3 | ForEach-Object id
/// $ids | Get-ScimGroup
/// </code>
/// Each id is a request of its own.
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
