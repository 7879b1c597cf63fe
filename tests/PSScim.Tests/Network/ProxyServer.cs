using System;
using System.Collections.Concurrent;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace PSScim.Tests.Network;

/// <summary>
/// A proxy that sends whatever is asked for to one port of this machine, by CONNECT and without. It notes the first line
/// of each request.
/// </summary>
internal sealed class ProxyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly string? _credential;

    /// <param name="port">Where everything goes.</param>
    /// <param name="credential"><c>name:password</c>, which it then demands.</param>
    internal ProxyServer(int port, string? credential = null)
    {
        _port = port;
        _credential = credential;
        _listener.Start();
        _ = Accept();
    }

    internal string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    internal ConcurrentQueue<string> Seen { get; } = new();

    public void Dispose() => _listener.Stop();

    private async Task Accept()
    {
        while (true)
        {
            try
            {
                _ = Forward(await _listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Forward(TcpClient client)
    {
        using (client)
        {
            NetworkStream near = client.GetStream();
            string head = await Head(near);
            if (head.Length == 0)
                return;
            string first = head[..head.IndexOf('\r', StringComparison.Ordinal)];
            Seen.Enqueue(first);
            string? wanted = _credential is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(_credential));
            if (wanted is not null && !head.Split("\r\n").Contains("proxy-authorization: " + wanted, StringComparer.OrdinalIgnoreCase))
            {
                await near.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }
            using var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _port);
            NetworkStream far = server.GetStream();
            if (first.StartsWith("CONNECT ", StringComparison.Ordinal))
                await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
            else
                await far.WriteAsync(Encoding.ASCII.GetBytes(OriginForm(head)));
            await Task.WhenAny(Copy(near, far), Copy(far, near));
        }
    }

    private static async Task<string> Head(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                return "";
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    /// <summary>From absolute form to origin form (RFC 9112 section 3.2), one request a connection.</summary>
    private static string OriginForm(string head)
    {
        int address = head.IndexOf("http://", StringComparison.Ordinal);
        int path = head.IndexOf('/', address + 7);
        string line = head[..address] + head[path..];
        // The emulator answers to names of this machine only.
        line = Regex.Replace(line, "(?im)^host: [^\r\n]*", "Host: 127.0.0.1");
        return line.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal);
    }

    private static async Task Copy(NetworkStream from, NetworkStream to)
    {
        try
        {
            await from.CopyToAsync(to);
        }
        catch (IOException)
        {
            // One side went away: the other is closed by the caller.
        }
    }
}
