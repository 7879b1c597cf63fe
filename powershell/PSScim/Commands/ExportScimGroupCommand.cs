using System.Collections.Generic;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Exports groups to a file as they arrive: all groups, or the groups that match a filter. Entra doesn't return members
/// with a group. To export the members of one group, use <c>Export-ScimUser -MemberOf</c>.
/// </summary>
/// <example>
/// Export all groups, and the members of one group.
/// <code>
/// Export-ScimGroup groups.csv
/// $group = Get-ScimGroup -First 1
/// Export-ScimUser members.csv -MemberOf $group -Attributes userName, displayName
/// </code>
/// </example>
/// <example>
/// Export some columns of the security-enabled groups.
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
