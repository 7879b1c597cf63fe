using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets groups from a SCIM service: all, those that a filter chooses, or single ones by id. Entra never lists a group's
/// members with it; they are the users found by the filter <c>groups.value eq "&lt;id of the group&gt;"</c>.
/// </summary>
[Cmdlet(VerbsCommon.Get, "ScimGroup", DefaultParameterSetName = ListSet, SupportsPaging = true)]
[OutputType(typeof(ScimGroup))]
public sealed class GetScimGroupCommand : GetScimResourceCommand
{
    private protected override string Endpoint => "Groups";

    private protected override ResourceKind Kind => ResourceKind.Group;
}
