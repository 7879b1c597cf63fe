using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets users from a SCIM service: all, those that a filter chooses, or single ones by id. Users are written as their
/// page arrives, and a page that nobody asks for is never requested.
/// </summary>
[Cmdlet(VerbsCommon.Get, "ScimUser", DefaultParameterSetName = ListSet, SupportsPaging = true)]
[OutputType(typeof(ScimUser))]
public sealed class GetScimUserCommand : GetScimResourceCommand
{
    private protected override string Endpoint => "Users";

    private protected override ResourceKind Kind => ResourceKind.User;
}
