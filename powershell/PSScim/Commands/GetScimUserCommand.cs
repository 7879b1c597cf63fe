using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets users from a SCIM service: all users, the users that match a filter, or single users by id. Users are written
/// as their page arrives, and a page that isn't needed is never requested.
/// <para>
/// An interrupted list is a terminating error with a Cursor to resume from, whatever -ErrorAction is. The users
/// received before the error are already in the pipeline, but no command treats them as all users. An id that isn't
/// found is a non-terminating error, and the other ids are read.
/// </para>
/// <para>
/// A user with a value that can't be read, such as an attribute that occurs twice, comes without that value and with
/// IsIncomplete set to true. A non-terminating error names the user and the attribute. Commands that change users refuse
/// such an object. To change the user anyway, pass its id. If not even the id can be read, the list ends with an error,
/// and its Cursor continues after that user.
/// </para>
/// </summary>
/// <example>
/// Get all users with only the attributes that you need.
/// <code>
/// Get-ScimUser -Attributes id, userName, displayName, active |
///     Where-Object { -not $_.active } |
///     ForEach-Object userName
/// </code>
/// With -Attributes, pages have 999 users instead of 100, which takes a tenth of the requests and costs a tenth.
/// </example>
/// <example>
/// Get the users of one domain.
/// <code>
/// $domain = 'contoso.com'
/// Get-ScimUser -Filter 'userName ew "@contoso.com"' -First 10
/// Get-ScimUser -Filter { userName -like "*@$domain" -and active -eq $true } -First 10
/// Get-ScimUser -UserName *@contoso.com -Enabled $true -First 10
/// </code>
/// These are three ways to write the same filter, which the service evaluates. For the attributes that Entra can filter
/// by, run <c>Get-Help about_PSScim_Filters</c>.
/// </example>
/// <example>
/// Get one user and its extension attributes.
/// <code>
/// $user = Get-ScimUser -First 1
/// $user = Get-ScimUser -Id $user.id
/// $user.name.familyName
/// $user.emails[0].value
/// $user.'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'.department
/// $user.'urn:ietf:params:scim:schemas:extension:Microsoft:Entra:2.0:User'.usageLocation
/// </code>
/// </example>
/// <example>
/// Get the members of a group.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimUser -MemberOf $group -Attributes id, userName
/// </code>
/// </example>
/// <example>
/// Get many users by id, and the errors for deleted users.
/// <code>
/// $ids = @(Get-ScimUser -First 3 | ForEach-Object id) + '00000000-0000-0000-0000-000000000000'
/// $ids | Get-ScimUser -Attributes userName -ErrorAction SilentlyContinue -ErrorVariable gone
/// $gone | ForEach-Object { '{0} ({1})' -f $_.TargetObject, $_.Exception.Id }
/// </code>
/// The other users are returned. Requests that end with status 404 are billed too.
/// </example>
/// <example>
/// Resume an interrupted list.
/// <code>
/// try { $null = Get-ScimUser -OutVariable users }
/// catch { $cursor = $_.Exception.Cursor }
/// if ($cursor) { $users += Get-ScimUser -Cursor $cursor }
/// </code>
/// An assignment would lose the users received before the error. -OutVariable keeps them.
/// </example>
/// <seealso cref="GetScimGroupCommand"/>
/// <seealso cref="GetScimContextCommand"/>
/// <seealso cref="GetScimSchemaCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimUser", DefaultParameterSetName = ListSet, SupportsPaging = true)]
[OutputType("PSScim.User")]
public sealed class GetScimUserCommand : GetScimResourceCommand, IUserFilter
{
    /// <inheritdoc cref="IUserFilter.UserName"/>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? UserName { get; set; }

    /// <inheritdoc cref="IUserFilter.MailNickname"/>
    [Parameter(ParameterSetName = ListSet)]
    [ValidateNotNullOrEmpty]
    public string? MailNickname { get; set; }

    /// <inheritdoc cref="IUserFilter.Enabled"/>
    [Parameter(ParameterSetName = ListSet)]
    public bool? Enabled { get; set; }

    /// <inheritdoc cref="IUserFilter.MemberOf"/>
    [Parameter(ParameterSetName = ListSet)]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string? MemberOf { get; set; }

    /// <inheritdoc cref="IUserFilter.OwnerOf"/>
    [Parameter(ParameterSetName = ListSet)]
    [IdTransformation]
    [ValidateNotNullOrEmpty]
    public string? OwnerOf { get; set; }

    private protected override IEnumerable<string?> Terms => [.. UserTerms(this), .. base.Terms];

    private protected override string Endpoint => "Users";

    private protected override ResourceKind Kind => ResourceKind.User;
}
