using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Gets the schemas of a SCIM service: which attributes its resources have (RFC 7643 section 7).</summary>
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
    protected override void ProcessRecord()
    {
        if (Id is null)
            Read(null, isList: true);
        else
            foreach (string id in Id)
                Read(id, isList: false);
    }
}
