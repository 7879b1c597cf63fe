namespace PSScim.Commands;

/// <summary>The parameters for the common filters on users, with their help for all cmdlets that have them.</summary>
internal interface IUserFilter
{
    /// <summary>
    /// Gets users with this user name. With a <c>*</c> at the start, matches the end of the name, as in
    /// <c>*@contoso.com</c>.
    /// </summary>
    string? UserName { get; }

    /// <summary>
    /// Gets users with this mail nickname. With a <c>*</c> at the start, matches the end of the nickname.
    /// </summary>
    string? MailNickname { get; }

    /// <summary>
    /// Gets only enabled users (true) or only disabled users (false). Default: both. On servers other than Entra, a user without
    /// <c>active</c> is neither. To get these users, use <c>-Filter 'not (active pr)' -ClientSideFilter</c>.
    /// </summary>
    bool? Enabled { get; }

    /// <summary>Gets the direct members of this group. Use a group object or its id.</summary>
    string? MemberOf { get; }

    /// <summary>Gets the owners of this group. Use a group object or its id.</summary>
    string? OwnerOf { get; }
}

/// <summary>The parameters for the common filters on groups.</summary>
internal interface IGroupFilter
{
    /// <summary>Gets the groups that this user is a member of. Use a user object or its id.</summary>
    string? Member { get; }

    /// <summary>Gets the groups that this user owns. Use a user object or its id.</summary>
    string? Owner { get; }
}
