using System.Management.Automation;
using PSScim.Completion;

namespace PSScim.Commands;

/// <summary>
/// Gets the schemas of a SCIM service, which define the attributes of its resources (RFC 7643 section 7).
/// </summary>
/// <example>
/// List the schemas.
/// <code>
/// Get-ScimSchema
/// Get-ScimSchema | ForEach-Object { '{0}: {1} attributes' -f $_.id, $_.attributes.Count }
/// </code>
/// </example>
/// <example>
/// Get the attributes of one schema, and the attributes that a new user requires.
/// <code>
/// $schema = Get-ScimSchema -Id urn:ietf:params:scim:schemas:core:2.0:User
/// $schema.attributes
/// $schema.attributes | Where-Object required | ForEach-Object name
/// $schema.attributes | Where-Object name -eq emails | ForEach-Object subAttributes
/// </code>
/// <c>Select-Object -ExpandProperty attributes</c> works too. <c>Get-ScimSchema | Format-List</c> shows the attributes
/// as a tree.
/// </example>
/// <seealso cref="GetScimResourceTypeCommand"/>
/// <seealso cref="GetScimServiceProviderConfigCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimSchema")]
[OutputType("PSScim.Schema")]
public sealed class GetScimSchemaCommand : GetScimDiscoveryCommand
{
    /// <summary>The URN of a schema, such as <c>urn:ietf:params:scim:schemas:core:2.0:User</c>. Default: all.</summary>
    [ArgumentCompleter(typeof(DiscoveryIdCompleter))]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[]? Id { get; set; }

    private protected override string Endpoint => "Schemas";

    private protected override ResourceKind Kind => ResourceKind.Schema;

    /// <summary>Reads the schemas: one request, or one for each id.</summary>
    protected override void ProcessRecord() => ReadEach(Id);
}
