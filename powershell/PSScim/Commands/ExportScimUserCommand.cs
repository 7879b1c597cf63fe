using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Writes users to a file as they arrive: all, or those that a filter chooses. The library writes it without making
/// objects of the users, so it is as fast as the service, and memory stays flat however many there are.
/// </summary>
/// <remarks>
/// A <c>.csv</c> file has a line of titles, commas, quotes where RFC 4180 asks for them, and lines that end with CR LF. Values of
/// an attribute that has several stand in one field with <c>;</c> between them; what has no value is empty. A <c>.jsonl</c> file
/// has each user as the service sent it.
/// </remarks>
/// <example>
/// All users with all that Entra returns but the manager.
/// <code>
/// Export-ScimUser users.csv
/// </code>
/// Pages of 999: 100,000 users are 101 requests. Read it again with <c>Import-Csv</c>.
/// </example>
/// <example>
/// Chosen columns, and the users of one domain, for Excel.
/// <code>
/// Export-ScimUser contoso.csv -UserName *@contoso.com -Encoding utf8BOM -GuardFormula -Attributes userName, displayName, 'emails[work].value', department
/// </code>
/// What comes from people's hands may begin with <c>=</c>; -GuardFormula keeps Excel from running it.
/// </example>
/// <example>
/// A nightly job that goes on where the last run was killed.
/// <code>
/// $done = Export-ScimUser users.jsonl -Resume
/// '{0} users, {1} requests, USD {2}' -f $done.Count, $done.Requests, $done.EstimatedCost
/// </code>
/// Where no run broke off, -Resume changes nothing.
/// </example>
/// <seealso cref="GetScimUserCommand"/>
/// <seealso cref="ExportScimGroupCommand"/>
[Cmdlet(VerbsData.Export, "ScimUser", DefaultParameterSetName = ListSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ScimExport))]
public sealed class ExportScimUserCommand : ExportScimResourceCommand, IUserFilter
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
