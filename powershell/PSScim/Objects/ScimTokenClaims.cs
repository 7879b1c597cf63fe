using System;
using System.Globalization;

namespace PSScim;

/// <summary>
/// The claims of an access token. The token is read but not validated: anyone can create such a token, and only the
/// service that it is for can check it.
/// </summary>
public sealed class ScimTokenClaims
{
    internal ScimTokenClaims(ScimResource record)
    {
        Header = record.GetValue("header");
        Payload = record.GetValue("payload");
    }

    /// <summary>The directory: claim <c>tid</c>.</summary>
    public string? TenantId => Claim("tid") as string;

    /// <summary>The application: claim <c>appid</c>, or <c>azp</c> in tokens of version 2.</summary>
    public string? ClientId => (Claim("appid") ?? Claim("azp")) as string;

    /// <summary>The service that it is for: claim <c>aud</c>.</summary>
    public object? Audience => Claim("aud");

    /// <summary>The application permissions: claim <c>roles</c>.</summary>
    public object? Roles => Claim("roles");

    /// <summary>When it was issued, in UTC: claim <c>iat</c>.</summary>
    public DateTime? IssuedAt => Time("iat");

    /// <summary>When it ends, in UTC: claim <c>exp</c>.</summary>
    public DateTime? ExpiresAt => Time("exp");

    /// <summary>The whole header.</summary>
    public object? Header { get; }

    /// <summary>All claims.</summary>
    public object? Payload { get; }

    private object? Claim(string name) => (Payload as ScimObject)?.GetValue(name);

    private DateTime? Time(string name) => Claim(name) is IConvertible seconds and not string
        ? DateTimeOffset.FromUnixTimeSeconds(seconds.ToInt64(CultureInfo.InvariantCulture)).UtcDateTime
        : null;
}
