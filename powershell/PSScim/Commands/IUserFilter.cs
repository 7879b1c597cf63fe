namespace PSScim.Commands;

/// <summary>The parameters for the common filters on users. What they mean is said here, for all cmdlets that have them.</summary>
internal interface IUserFilter
{
    /// <summary>The user name. A <c>*</c> at its beginning means: ends with the rest, as in <c>*@contoso.com</c>.</summary>
    string? UserName { get; }

    /// <summary>The mail nickname. A <c>*</c> at its beginning means: ends with the rest.</summary>
    string? MailNickname { get; }

    /// <summary>Whether the account is enabled. Left out: both.</summary>
    bool? Enabled { get; }

    /// <summary>The id of a group, or the group: its direct members.</summary>
    string? MemberOf { get; }

    /// <summary>The id of a group, or the group: its owners.</summary>
    string? OwnerOf { get; }
}

/// <summary>The parameters for the common filters on groups.</summary>
internal interface IGroupFilter
{
    /// <summary>The id of a user, or the user: the groups that it is a member of.</summary>
    string? Member { get; }

    /// <summary>The id of a user, or the user: the groups that it owns.</summary>
    string? Owner { get; }
}
