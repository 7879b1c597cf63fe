using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Gets the schemas of a SCIM service: which attributes its resources have (RFC 7643 section 7).</summary>
/// <example>
/// Which schemas are there?
/// <code>
/// Get-ScimSchema | ForEach-Object { '{0}: {1} attributes' -f $_.id, $_.attributes.Count }
/// </code>
/// </example>
/// <example>
/// The attributes of one, and what can be done with them.
/// <code>
/// $schema = Get-ScimSchema -Id urn:ietf:params:scim:schemas:core:2.0:User
/// $schema.attributes | ForEach-Object { '{0} {1} {2}' -f $_.name, $_.type, $_.mutability }
/// </code>
/// </example>
/// <seealso cref="GetScimResourceTypeCommand"/>
/// <seealso cref="GetScimServiceProviderConfigCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimSchema")]
[OutputType(typeof(ScimResource))]
public sealed class GetScimSchemaCommand : GetScimDiscoveryCommand
{
    /// <summary>The URN of one schema, such as <c>urn:ietf:params:scim:schemas:core:2.0:User</c>. Left out: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [IdTransformation]
    public string[]? Id { get; set; }

    private protected override string Endpoint => "Schemas";

    /// <summary>Reads them: one request, or one for each id.</summary>
    protected override void ProcessRecord() => ReadEach(Id);
}
