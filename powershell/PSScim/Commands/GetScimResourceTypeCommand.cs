using System.Management.Automation;
using PSScim.Completion;

namespace PSScim.Commands;

/// <summary>
/// Gets the resource types of a SCIM service, each with its endpoint and schemas (RFC 7643 section 6).
/// </summary>
/// <example>
/// List the resource types and their endpoints.
/// <code>
/// Get-ScimResourceType | ForEach-Object { '{0} at {1}' -f $_.name, $_.endpoint }
/// </code>
/// </example>
/// <example>
/// Get one resource type by id.
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
    /// <summary>The id of a resource type, such as <c>User</c>. Default: all.</summary>
    [ArgumentCompleter(typeof(DiscoveryIdCompleter))]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[]? Id { get; set; }

    private protected override string Endpoint => "ResourceTypes";

    private protected override ResourceKind Kind => ResourceKind.ResourceType;

    /// <summary>Reads the resource types: one request, or one for each id.</summary>
    protected override void ProcessRecord() => ReadEach(Id);
}
