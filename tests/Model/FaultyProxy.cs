using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace PSScim.Model;

/// <summary>A request, and what became of it.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Target">Path and query, as sent.</param>
/// <param name="Body">The request's body.</param>
/// <param name="Status">The status that the server answered; null where it never saw the request.</param>
/// <param name="Fault">What went wrong.</param>
internal sealed record Exchange(int Number, string Method, string Target, string Body, int? Status, FaultKind? Fault)
{
    public override string ToString() =>
        $"{Number}: {Method} {Uri.UnescapeDataString(Target)} -> {(Status is int status ? status : "not seen")}{(Fault is null ? "" : $", {Fault}")}{(Body.Length == 0 ? "" : $" {Body}")}";
}

/// <summary>
/// Passes requests to a server, and does what a plan of faults says to the request, the response or the connection. It
/// keeps a log of what the server saw.
/// </summary>
internal sealed class FaultyProxy : IDisposable
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
    });

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Exchange> _log = [];
    private readonly HashSet<string> _tokens = [];
    private readonly Uri _server;
    private readonly Defect? _defect;
    private IReadOnlyList<Fault> _plan;
    private int _next;
    private int _planFrom;

    /// <param name="server">The server's address, without a path.</param>
    /// <param name="plan">What goes wrong.</param>
    /// <param name="defect">A deliberate defect, which the tests have to find.</param>
    internal FaultyProxy(Uri server, IReadOnlyList<Fault> plan, Defect? defect)
    {
        _server = server;
        _plan = plan;
        _defect = defect;
        _listener.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _ = Task.Run(Accept);
    }

    internal string Address { get; }

    /// <summary>Presses Ctrl+C.</summary>
    internal Action? OnStop { get; set; }

    /// <summary>All exchanges so far.</summary>
    internal Exchange[] Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>The access tokens that requests carried.</summary>
    internal string[] Tokens
    {
        get
        {
            lock (_log)
                return [.. _tokens];
        }
    }

    /// <summary>Ends all faults.</summary>
    internal void Repair()
    {
        lock (_log)
            _plan = [];
    }

    /// <summary>Starts a plan: its exchange 0 is the next one.</summary>
    internal void Break(IReadOnlyList<Fault> plan)
    {
        lock (_log)
        {
            _plan = plan;
            _planFrom = _next;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptSocketAsync(stop);
                socket.NoDelay = true;
                _ = Task.Run(() => Serve(socket, stop), stop);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket socket, CancellationToken stop)
    {
        using (socket)
        using (var stream = new NetworkStream(socket, ownsSocket: false))
        {
            try
            {
                var reader = new RequestReader(stream);
                while (await reader.Next(stop) is Request request && await Exchange(socket, stream, request, stop))
                {
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The client closed its connection, or the case is over.
            }
        }
    }

    /// <summary>Handles one request; false where the connection is closed.</summary>
    private async Task<bool> Exchange(Socket socket, NetworkStream stream, Request request, CancellationToken stop)
    {
        int number;
        Fault? fault;
        lock (_log)
        {
            number = _next++;
            int at = number - _planFrom;
            fault = _plan.FirstOrDefault(f => f.At == at || (f.Lasts && f.At < at));
            if (request.Token is string token)
                _tokens.Add(token);
        }
        int? status = null;
        (int Status, byte[] Head, byte[] Body)? response = null;
        switch (fault?.Kind)
        {
            case FaultKind.ResetBefore:
                break;
            case FaultKind.Throttled:
                response = Refusal(429, null);
                break;
            case FaultKind.ThrottledBriefly:
                response = Refusal(429, "Retry-After: 0\r\n");
                break;
            case FaultKind.Unavailable:
                response = Refusal(503, null);
                break;
            case FaultKind.UnavailableBriefly:
                response = Refusal(503, "Retry-After: 0\r\n");
                break;
            case FaultKind.ErrorBefore:
                response = Refusal(500, null);
                break;
            case FaultKind.GatewayTimeout:
                response = Refusal(504, null);
                break;
            case FaultKind.WebPageUnavailable:
                response = Page(503);
                break;
            case FaultKind.WebPage:
                response = Page(200);
                break;
            default:
                if (fault?.Kind == FaultKind.TokenExpires)
                    (await s_http.PostAsync(new Uri(_server, "/__emulator/expire-tokens"), null, stop)).Dispose();
                if (fault?.Kind == FaultKind.Delay)
                    await Task.Delay(20, stop);
                if (fault?.Kind == FaultKind.Stop)
                    OnStop?.Invoke();
                response = await Forward(_defect?.Alter(request) ?? request, stop);
                if (_defect?.SendsTwice(request, fault?.Kind) == true)
                    await Forward(request, stop);
                status = response.Value.Status;
                break;
        }
        if (fault?.Kind == FaultKind.BadGatewayAfter)
            response = Refusal(502, null);
        if (fault?.Kind == FaultKind.Garbage)
            response = Whole(200, "Content-Type: application/scim+json\r\n", [0, 0x9f, 0xff, (byte)'{', (byte)'{', (byte)'n']);
        lock (_log)
            _log.Add(new Exchange(number, request.Method, request.Target, Encoding.UTF8.GetString(request.Body), status, fault?.Kind));
        return await Answer(socket, stream, response, fault, stop);
    }

    private static async Task<bool> Answer(
        Socket socket, NetworkStream stream, (int Status, byte[] Head, byte[] Body)? response, Fault? fault, CancellationToken stop)
    {
        if (response is not { } whole || fault?.Kind is FaultKind.ResetAfter)
        {
            Reset(socket);
            return false;
        }
        int Place(byte[] bytes) => (int)(fault.Where * bytes.Length);
        switch (fault?.Kind)
        {
            case FaultKind.CutHead:
                await stream.WriteAsync(whole.Head.AsMemory(0, Place(whole.Head)), stop);
                return false;
            case FaultKind.CutBody or FaultKind.CutBodyByReset when whole.Body.Length > 0:
                await stream.WriteAsync(whole.Head, stop);
                await stream.WriteAsync(whole.Body.AsMemory(0, Place(whole.Body)), stop);
                await stream.FlushAsync(stop);
                // What was sent should be read before the connection goes.
                await Task.Delay(10, stop);
                if (fault.Kind == FaultKind.CutBodyByReset)
                    Reset(socket);
                return false;
            case FaultKind.Drip:
                await stream.WriteAsync(whole.Head, stop);
                int piece = Math.Max(1, whole.Body.Length / 7);
                for (int at = 0; at < whole.Body.Length; at += piece)
                {
                    await stream.WriteAsync(whole.Body.AsMemory(at, Math.Min(piece, whole.Body.Length - at)), stop);
                    await Task.Delay(2, stop);
                }
                return true;
            default:
                byte[] bytes = [.. whole.Head, .. whole.Body];
                await stream.WriteAsync(bytes, stop);
                return true;
        }
    }

    private static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    private async Task<(int Status, byte[] Head, byte[] Body)> Forward(Request request, CancellationToken stop)
    {
        // As it came: no escape of the path is undone or added.
        var address = new Uri(
            _server.GetLeftPart(UriPartial.Authority) + request.Target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), address);
        if (request.Body.Length > 0 || request.Method is "POST" or "PUT" or "PATCH")
            message.Content = new ByteArrayContent(request.Body);
        foreach ((string name, string value) in request.Headers)
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                && !message.Headers.TryAddWithoutValidation(name, value))
                message.Content?.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await s_http.SendAsync(message, stop);
        byte[] body = await response.Content.ReadAsByteArrayAsync(stop);
        var headers = new StringBuilder();
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                foreach (string value in values)
                    headers.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return Whole((int)response.StatusCode, headers.ToString(), body);
    }

    private static (int Status, byte[] Head, byte[] Body) Refusal(int status, string? header) => Whole(
        status,
        "Content-Type: application/scim+json\r\n" + header,
        Encoding.UTF8.GetBytes($$"""{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"detail":"A fault.","status":"{{status}}"}"""));

    private static (int Status, byte[] Head, byte[] Body) Page(int status) => Whole(
        status, "Content-Type: text/html\r\n", "<!DOCTYPE html><html><body>Please sign in.</body></html>"u8.ToArray());

    private static (int Status, byte[] Head, byte[] Body) Whole(int status, string headers, byte[] body)
    {
        string length = status == 204 ? "" : $"Content-Length: {body.Length}\r\n";
        return (status, Encoding.Latin1.GetBytes($"HTTP/1.1 {status} {(HttpStatusCode)status}\r\n{headers}{length}\r\n"), body);
    }
}
