using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>How the requests of a new connection travel, how often they are tried, and how many there may be.</summary>
public abstract class ScimTransportCommand : ScimCommand
{
    /// <summary>The most requests that this connection may send; the one that would exceed it is refused, not sent.</summary>
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? RequestBudget { get; set; }

    /// <summary>
    /// US dollars for a request that Entra bills, in place of its list price of 0.002, for EstimatedCost of Get-ScimContext.
    /// Other servers bill nothing.
    /// </summary>
    [Parameter]
    [ValidateRange(0.0, 1000.0)]
    public double? PricePerRequest { get; set; }

    /// <summary>Seconds that one request may take.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <summary>How often a request is repeated at most after 429, 5xx or a broken connection.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int? MaximumRetryCount { get; set; }

    /// <summary>Seconds of the first pause before a request is repeated; it doubles each time, and a service that asks for more gets more.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? RetryIntervalSec { get; set; }

    /// <summary>Adds them to the configuration of a connection.</summary>
    private protected JsonText Transport(JsonText config) => config
        .Add("requestBudget", RequestBudget)
        .Add("pricePerRequest", PricePerRequest)
        .Add("timeoutSeconds", TimeoutSec)
        .Add("maximumRetryCount", MaximumRetryCount)
        .Add("retryIntervalMilliseconds", RetryIntervalSec * 1000L)
        .Add("userAgent", "PowerShell/" + Host.Version);
}
