using System;
using System.Linq;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>Where a new connection goes, and where it signs in.</summary>
public abstract class ScimServiceCommand : ScimTransportCommand
{
    private static readonly string[] s_all =
        [nameof(Environment), nameof(Authority), nameof(Scope), nameof(BaseUri), nameof(AllowUnencryptedAuthentication), nameof(Compatibility)];

    private static readonly string[] s_compatibility = ["MembersByValue", "CapitalOperations", "NoPaths", "Put", "SkipDiscovery"];

    /// <summary>The cloud: Global, USGov, USGovDoD or China.</summary>
    [Parameter]
    [ValidateSet("Global", "USGov", "USGovDoD", "China")]
    public string? Environment { get; set; }

    /// <summary>The sign-in host, in place of the cloud's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Authority { get; set; }

    /// <summary>What the token is for, in place of the cloud's scope.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    /// <summary>The SCIM base URI of another server, such as <c>https://scim.example.org/v2</c>; -Credential needs it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>Lets tokens and passwords travel unencrypted, by http, to another machine. Whoever listens can then use them.</summary>
    [Parameter]
    public SwitchParameter AllowUnencryptedAuthentication { get; set; }

    /// <summary>
    /// What a server other than Entra insists on besides the RFCs: MembersByValue removes members by a list of values;
    /// CapitalOperations calls operations Add, Remove and Replace; NoPaths puts attributes into an operation's value; Put reads,
    /// changes and puts back in place of PATCH; SkipDiscovery does not ask what the server can do. Left out: the RFCs alone.
    /// A server that follows them may take a removal by value for the removal of all members.
    /// </summary>
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

    /// <summary>The first of them that was given; null where none was.</summary>
    private protected string? Misplaced() => s_all.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey);

    /// <summary>The value of the set that is meant, in its own case.</summary>
    private static string Spelled(string value) =>
        s_compatibility.First(known => known.Equals(value, StringComparison.OrdinalIgnoreCase));
}
