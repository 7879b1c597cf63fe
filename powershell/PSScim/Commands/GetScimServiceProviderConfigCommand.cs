using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>Gets what a SCIM service says that it can do: paging, filters, PATCH, authentication (RFC 7643 section 5).</summary>
/// <example>
/// How does the service page, and how does one sign in?
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

    /// <summary>Reads it: one request.</summary>
    protected override void ProcessRecord() => Read(null, isList: false);
}
