using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Exports users to a file as they arrive: all users, or the users that match a filter. The library writes the file
/// without creating objects, so the export is as fast as the service, and memory use stays the same for any number of
/// users.
/// </summary>
/// <remarks>
/// A <c>.csv</c> file has a header line, commas, quotes where RFC 4180 requires them, and CR LF line ends. Multiple
/// values of an attribute are in one field, separated by <c>;</c>. A field without a value is empty. A <c>.jsonl</c>
/// file contains each user as the service sent it.
/// </remarks>
/// <example>
/// Export all users with all attributes except the manager.
/// <code>
/// Export-ScimUser users.csv
/// </code>
/// With pages of 999, 100,000 users take 101 requests. To read the file, use <c>Import-Csv</c>.
/// </example>
/// <example>
/// Export some columns of the users in one domain, for Excel.
/// <code>
/// Export-ScimUser contoso.csv -UserName *@contoso.com -Encoding utf8BOM -GuardFormula -Attributes userName, displayName, 'emails[work].value', department
/// </code>
/// A value that a person typed may start with <c>=</c>. -GuardFormula prevents Excel from running it.
/// </example>
/// <example>
/// Resume a nightly job after its last run was killed.
/// <code>
/// $done = Export-ScimUser users.jsonl -Resume
/// '{0} users, {1} requests, USD {2}' -f $done.Count, $done.Requests, $done.EstimatedCost
/// </code>
/// If no run was interrupted, -Resume has no effect.
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
