using System;

namespace PSScim;

/// <summary>Which service an object was read from: an id means another object elsewhere.</summary>
/// <param name="baseUri">The SCIM base URI.</param>
/// <param name="tenantId">The tenant, or null where it isn't known.</param>
internal sealed class ServiceOrigin(string? baseUri, string? tenantId)
{
    private readonly string? _baseUri = baseUri;
    private readonly string? _tenantId = tenantId;

    /// <summary>Whether both are the same service, as far as that is known: a token says nothing of its tenant.</summary>
    internal bool IsSameAs(ServiceOrigin other) =>
        string.Equals(_baseUri?.TrimEnd('/'), other._baseUri?.TrimEnd('/'), StringComparison.OrdinalIgnoreCase)
        && (_tenantId is null || other._tenantId is null
            || string.Equals(_tenantId, other._tenantId, StringComparison.OrdinalIgnoreCase));

    /// <summary>The address, with the tenant where it is known.</summary>
    public override string ToString() => _tenantId is null ? _baseUri ?? "" : $"{_baseUri} (tenant {_tenantId})";
}
