using System;
using System.Linq;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>The base of the cmdlets with the addresses of a new connection: the service and the sign-in host.</summary>
public abstract class ScimServiceCommand : ScimTransportCommand
{
    private static readonly string[] s_all =
        [nameof(Environment), nameof(Authority), nameof(Scope), nameof(BaseUri), nameof(AllowUnencryptedAuthentication), nameof(Compatibility)];

    private static readonly string[] s_compatibility = ["MembersByValue", "CapitalOperations", "NoPaths", "Put", "SkipDiscovery"];

    /// <summary>The Microsoft cloud: Global (default), USGov, USGovDoD or China.</summary>
    [BeginsConnect]
    [Parameter]
    [ValidateSet("Global", "USGov", "USGovDoD", "China")]
    public string? Environment { get; set; }

    /// <summary>The sign-in host. Default: the sign-in host of the cloud.</summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Authority { get; set; }

    /// <summary>The scope of the token. Default: the scope of the cloud.</summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    /// <summary>
    /// The SCIM base URI of a server other than Entra, such as <c>https://scim.example.org/v2</c>. Required with
    /// -Credential.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>
    /// Allows sending tokens and passwords unencrypted, over http, to another computer. Anyone who can read the traffic
    /// can use them.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    /// <summary>
    /// Adjusts requests for a server that deviates from the RFCs. MembersByValue removes members with a list of values.
    /// CapitalOperations uses the operation names Add, Remove and Replace. NoPaths puts attributes in the value of an
    /// operation. Put reads, changes and replaces the object instead of using PATCH. SkipDiscovery doesn't read the
    /// server's features. Default: none. With MembersByValue, a server that follows the RFCs may remove all members.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateSet("MembersByValue", "CapitalOperations", "NoPaths", "Put", "SkipDiscovery")]
    public string[]? Compatibility { get; set; }

    /// <summary>Adds them to the configuration of a connection.</summary>
    private protected JsonText Service(JsonText config) => config
        .Add("environment", Environment)
        .Add("baseUri", BaseUri)
        .Add("authority", Authority)
        .Add("scope", Scope)
        .Add("compatibility", Compatibility is null ? null : Array.ConvertAll(Compatibility, Spelled))
        .Add("allowUnencryptedAuthentication", AllowUnencryptedAuthentication ? true : null);

    /// <summary>Says what an unencrypted connection means, where there is one.</summary>
    private protected void WarnOfUnencrypted()
    {
        if (!AllowUnencryptedAuthentication)
            return;
        string[] hosts = [.. new[] { BaseUri, Authority }
            .Select(address => Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) && uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback ? uri.Host : null)
            .OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        if (hosts.Length > 0)
            WriteWarning($"Tokens and passwords travel unencrypted to {string.Join(" and ", hosts)}. Anyone on the network can read and use them.");
    }

    /// <summary>The first of them that was given; null where none was.</summary>
    private protected string? Misplaced() => s_all.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey);

    /// <summary>The value of the set that is meant, in its own case.</summary>
    private static string Spelled(string value) =>
        s_compatibility.First(known => known.Equals(value, StringComparison.OrdinalIgnoreCase));
}
