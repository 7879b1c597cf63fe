using System;
using System.Management.Automation;
using System.Threading;
using PSScim.Native;

namespace PSScim;

/// <summary>
/// A connection to one SCIM service: its token, meter, budget, rate gate and connection pool. Any number of runspaces
/// can use it at the same time. Its counters have their current values. It doesn't show secrets or tokens.
/// </summary>
public sealed class ScimConnection
{
    private static int s_made;
    private readonly Session? _session;
    private readonly ScimException? _unusable;
    private readonly object _lock = new();
    private int _commands;
    private bool _isHandedOut;
    private bool _isReplaced;
    private int _advised;
    private ScimResource? _last;

    internal ScimConnection(Session session, string? name)
    {
        _session = session;
        IsNamed = name is not null;
        Name = name ?? "Scim" + Interlocked.Increment(ref s_made);
        _last = Describe();
        Origin = new ServiceOrigin(BaseUri, TenantId);
        Types = new ResourceTypes(seedFromSchema: IsEntra, origin: Origin);
    }

    /// <summary>What stands in for a connection that was asked for and can't be used.</summary>
    /// <param name="unusable">Why.</param>
    internal ScimConnection(ScimException unusable)
    {
        _unusable = unusable;
        Name = "";
        Origin = new ServiceOrigin(null, null);
        Types = new ResourceTypes(seedFromSchema: false);
    }

    /// <summary>The name by which <c>-Connection</c> and Get-ScimContext know it.</summary>
    public string Name { get; }

    /// <summary><c>Entra</c>, or <c>Generic</c> for any other SCIM server.</summary>
    public string Service => Text("service") ?? "Generic";

    /// <summary>The cloud: <c>Global</c>, <c>USGov</c>, <c>USGovDoD</c> or <c>China</c>; null for other addresses.</summary>
    public string? Environment => Text("environment");

    /// <summary>The SCIM base URI.</summary>
    public string? BaseUri => Text("baseUri");

    /// <summary>The sign-in host; null where a token was given.</summary>
    public string? Authority => Text("authority");

    /// <summary>The tenant; null where a token was given.</summary>
    public string? TenantId => Text("tenantId");

    /// <summary>The application; null where a token was given.</summary>
    public string? ClientId => Text("clientId");

    /// <summary>How it signs in: <c>ClientSecret</c>, <c>Certificate</c>, <c>ManagedIdentity</c>, <c>AccessToken</c> …</summary>
    public string? Credential => Text("credential");

    /// <summary>Whether it can still be used: false after Disconnect-Scim.</summary>
    public bool IsConnected => _session is { IsClosed: false };

    /// <summary>Requests sent to the SCIM service, repeated ones included.</summary>
    public long Requests => Number("requests");

    /// <summary>Requests that the service bills: those that ended in 2xx or 404. 0 for servers other than Entra.</summary>
    public long BillableRequests => Number("billableRequests");

    /// <summary>Requests that repeated an earlier one after 429, 5xx or a broken connection.</summary>
    public long Retries => Number("retries");

    /// <summary>Bytes of response bodies, after decompression.</summary>
    public long BytesReceived => Number("bytesReceived");

    /// <summary>Requests to the identity platform.</summary>
    public long TokenRequests => Number("tokenRequests");

    /// <summary>US dollars that the billed requests cost.</summary>
    public decimal EstimatedCost => Convert.ToDecimal(
        Context().GetValue("estimatedCost") ?? 0, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The most requests that it may send; null when there is no limit.</summary>
    public long? RequestBudget => Context().GetValue("requestBudget") as long?;

    /// <summary>Which service it is.</summary>
    internal ServiceOrigin Origin { get; }

    /// <summary>The lineages of emitted types of what this service returns.</summary>
    internal ResourceTypes Types { get; }

    internal bool IsEntra => Service == "Entra";

    /// <summary>True the first time: what is good advice for a connection is tiresome the second time.</summary>
    internal bool TakeAdvice() => Interlocked.Exchange(ref _advised, 1) == 0;

    /// <summary>The session behind it.</summary>
    /// <exception cref="ScimException">It was disconnected.</exception>
    internal Session Session => IsConnected ? _session! : throw Unusable();

    /// <summary>Why it can't be used.</summary>
    internal ScimException Unusable() => _unusable ?? new ScimException(ErrorId.NotConnected, $"The connection '{Name}' was closed.");

    /// <summary>Whether somebody gave it its name.</summary>
    internal bool IsNamed { get; }

    /// <summary>Notes that the user holds it, and may use it as long as he likes.</summary>
    internal void HandOut()
    {
        lock (_lock)
            _isHandedOut = true;
    }

    /// <summary>Notes that a command uses it: until it says <see cref="Leave"/> the connection stays open.</summary>
    internal void Enter()
    {
        lock (_lock)
            _commands++;
    }

    /// <summary>Notes that a command uses it no longer.</summary>
    internal void Leave()
    {
        lock (_lock)
            _commands--;
        CloseIfUnused();
    }

    /// <summary>Notes that another has taken its place. It is closed, unless somebody can still use it.</summary>
    internal void Retire()
    {
        lock (_lock)
            _isReplaced = true;
        CloseIfUnused();
    }

    /// <summary>Closes it: the library wipes its secret and its token when the last request in flight has ended.</summary>
    internal void Close()
    {
        if (_session is null)
            throw Unusable();
        _last = Context();
        _session.Dispose();
    }

    /// <summary>The name and the address.</summary>
    public override string ToString() => $"{Name} ({BaseUri})";

    private void CloseIfUnused()
    {
        lock (_lock)
            if (!_isReplaced || _isHandedOut || _commands > 0)
                return;
        Close();
    }

    private string? Text(string name) => Context().GetValue(name) as string;

    private long Number(string name) => Context().GetValue(name) as long? ?? 0;

    /// <summary>What the library says now, or said last before the connection was closed.</summary>
    private ScimResource Context()
    {
        if (IsConnected)
        {
            try
            {
                return Describe();
            }
            catch (ScimException) when (_last is not null)
            {
                // Closed by another thread since the line above: what was known last still holds.
            }
        }
        return _last!;
    }

    private ScimResource Describe()
    {
        using Operation operation = _session!.Describe();
        if (operation.Wait(uint.MaxValue) != ScimState.Ready)
            throw operation.Failure();
        operation.Take();
        var types = new ResourceTypes(seedFromSchema: false);
        return types.Reader(ResourceKind.Resource, Projection.None).Read(operation)[0];
    }
}
