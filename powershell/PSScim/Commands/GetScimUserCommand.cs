using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets users from a SCIM service: all, those that a filter selects, or single users by id. Users are written as their
/// page arrives, and a page that isn't needed is never requested.
/// <para>
/// A list that breaks off is a terminating error with the Cursor to continue from, whatever -ErrorAction says: users who
/// came before are in the pipeline already, but no command takes them for all users. An id that isn't found is a
/// non-terminating error, and the other ids are read.
/// </para>
/// </summary>
/// <example>
/// All users, streamed, with the attributes that are needed and no others.
/// <code>
/// Get-ScimUser -Attributes id, userName, displayName, active |
///     Where-Object { -not $_.active } |
///     ForEach-Object userName
/// </code>
/// Named attributes make pages of 999 users in place of 100: a tenth of the requests, and of the cost.
/// </example>
/// <example>
/// The users of one domain.
/// <code>
/// $domain = 'contoso.com'
/// Get-ScimUser -Filter 'userName ew "@contoso.com"' -First 10
/// Get-ScimUser -Filter { userName -like "*@$domain" -and active -eq $true } -First 10
/// Get-ScimUser -UserName *@contoso.com -Enabled $true -First 10
/// </code>
/// Three ways to say it; the service evaluates the filter. <c>Get-Help about_PSScim_Filters</c> says what Entra can filter by.
/// </example>
/// <example>
/// One user, and its attributes in the extensions.
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
/// The members of a group.
/// <code>
/// $group = Get-ScimGroup -First 1
/// Get-ScimUser -MemberOf $group -Attributes id, userName
/// </code>
/// </example>
/// <example>
/// Many users by id, and the errors of those that are no more.
/// <code>
/// $ids = @(Get-ScimUser -First 3 | ForEach-Object id) + '00000000-0000-0000-0000-000000000000'
/// $ids | Get-ScimUser -Attributes userName -ErrorAction SilentlyContinue -ErrorVariable gone
/// $gone | ForEach-Object { '{0} ({1})' -f $_.TargetObject, $_.Exception.Id }
/// </code>
/// The others come all the same. A request that ends in 404 is billed too.
/// </example>
/// <example>
/// Continue where an interrupted list stopped.
/// <code>
/// try { $null = Get-ScimUser -OutVariable users }
/// catch { $cursor = $_.Exception.Cursor }
/// if ($cursor) { $users += Get-ScimUser -Cursor $cursor }
/// </code>
/// An assignment would lose the users who came before the error; -OutVariable keeps them.
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
