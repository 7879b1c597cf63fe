using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Writes groups to a file as they arrive: all, or those that a filter chooses. Members are in no group that Entra returns:
/// <c>Export-ScimUser -MemberOf</c> writes those of one group.
/// </summary>
/// <example>
/// All groups, and the members of one.
/// <code>
/// Export-ScimGroup groups.csv
/// $group = Get-ScimGroup -First 1
/// Export-ScimUser members.csv -MemberOf $group -Attributes userName, displayName
/// </code>
/// </example>
/// <example>
/// Chosen columns of the groups that may be given access.
/// <code>
/// Export-ScimGroup security.csv { securityEnabled -eq $true } -Attributes id, displayName, groupTypes, description -Force
/// </code>
/// </example>
/// <seealso cref="GetScimGroupCommand"/>
/// <seealso cref="ExportScimUserCommand"/>
[Cmdlet(VerbsData.Export, "ScimGroup", DefaultParameterSetName = ListSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(ScimExport))]
public sealed class ExportScimGroupCommand : ExportScimResourceCommand, IGroupFilter
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
