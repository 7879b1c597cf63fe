using System.Globalization;

namespace PSScim.Model;

/// <summary>What goes wrong with one exchange.</summary>
internal enum FaultKind
{
    /// <summary>The body ends early, and the connection is closed.</summary>
    CutBody,

    /// <summary>The body ends early, and the connection is reset.</summary>
    CutBodyByReset,

    /// <summary>The response ends within its head.</summary>
    CutHead,

    /// <summary>The connection is reset, and the server never sees the request.</summary>
    ResetBefore,

    /// <summary>The server handles the request, and the connection is reset before the response.</summary>
    ResetAfter,

    /// <summary>429 without Retry-After.</summary>
    Throttled,

    /// <summary>429 with Retry-After: 0.</summary>
    ThrottledBriefly,

    /// <summary>503 without Retry-After; the server never sees the request.</summary>
    Unavailable,

    /// <summary>503 with Retry-After: 0.</summary>
    UnavailableBriefly,

    /// <summary>500; the server never sees the request.</summary>
    ErrorBefore,

    /// <summary>The server handles the request, and the response is 502.</summary>
    BadGatewayAfter,

    /// <summary>504; the server never sees the request.</summary>
    GatewayTimeout,

    /// <summary>503 with a web page.</summary>
    WebPageUnavailable,

    /// <summary>200 with a web page, as sign-in pages and captive portals give.</summary>
    WebPage,

    /// <summary>200 with bytes that aren't JSON.</summary>
    Garbage,

    /// <summary>All tokens expire before the request.</summary>
    TokenExpires,

    /// <summary>The response is late.</summary>
    Delay,

    /// <summary>The response comes in small pieces.</summary>
    Drip,

    /// <summary>The user presses Ctrl+C while the server handles the request.</summary>
    Stop,
}

/// <summary>A fault and the exchange that it strikes.</summary>
/// <param name="At">The number of the exchange, from 0, sign-ins not counted.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Where">The place in the response, from 0 (its first byte) to 1 (its end).</param>
/// <param name="Lasts">Whether it strikes every exchange from there on, until the network is repaired.</param>
internal sealed record Fault(int At, FaultKind Kind, double Where, bool Lasts)
{
    /// <summary>Whether a client can see the fault for what it is, and try again.</summary>
    internal bool IsPassing => !Lasts && Kind is not (FaultKind.WebPage or FaultKind.Garbage or FaultKind.Stop);

    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "{0} at exchange {1}{2}{3}", Kind, At, Lasts ? " and after it" : "",
        Kind is FaultKind.CutBody or FaultKind.CutBodyByReset or FaultKind.CutHead ? $", at {Where:0.000} of it" : "");
}
