using System.Management.Automation;
using PSScim.Completion;

namespace PSScim.Commands;

/// <summary>Gets the kinds of resources that a SCIM service has, each with its endpoint and schemas (RFC 7643 section 6).</summary>
/// <example>
/// What kinds of resources are there, and where?
/// <code>
/// Get-ScimResourceType | ForEach-Object { '{0} at {1}' -f $_.name, $_.endpoint }
/// </code>
/// </example>
/// <example>
/// One of them, by its id.
/// <code>
/// Get-ScimResourceType -Id User
/// </code>
/// </example>
/// <seealso cref="GetScimSchemaCommand"/>
/// <seealso cref="GetScimServiceProviderConfigCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimResourceType")]
[OutputType("PSScim.ResourceType")]
public sealed class GetScimResourceTypeCommand : GetScimDiscoveryCommand
{
    /// <summary>The id of one resource type, such as <c>User</c>. Left out: all.</summary>
    [ArgumentCompleter(typeof(DiscoveryIdCompleter))]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[]? Id { get; set; }

    private protected override string Endpoint => "ResourceTypes";

    private protected override ResourceKind Kind => ResourceKind.ResourceType;

    /// <summary>Reads them: one request, or one for each id.</summary>
    protected override void ProcessRecord() => ReadEach(Id);
}
