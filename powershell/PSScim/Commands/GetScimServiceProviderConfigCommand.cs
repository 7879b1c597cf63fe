using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Gets the features that a SCIM service supports: paging, filters, PATCH and authentication (RFC 7643 section 5).
/// </summary>
/// <example>
/// Show how the service pages, and how to sign in.
/// <code>
/// $config = Get-ScimServiceProviderConfig
/// $config.pagination
/// $config.authenticationSchemes | ForEach-Object name
/// </code>
/// </example>
/// <seealso cref="GetScimResourceTypeCommand"/>
/// <seealso cref="GetScimSchemaCommand"/>
[Cmdlet(VerbsCommon.Get, "ScimServiceProviderConfig")]
[OutputType("PSScim.ServiceProviderConfig")]
public sealed class GetScimServiceProviderConfigCommand : GetScimDiscoveryCommand
{
    private protected override string Endpoint => "ServiceProviderConfig";

    private protected override ResourceKind Kind => ResourceKind.ServiceProviderConfig;

    /// <summary>Reads the configuration: one request.</summary>
    protected override void ProcessRecord() => Read(null, isList: false);
}
