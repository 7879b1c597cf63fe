using System.Net;
using System.Net.Sockets;

namespace PSScim.Tests.SignIn;

/// <summary>TCP ports of this machine.</summary>
internal static class Ports
{
    /// <summary>One that nobody listens on.</summary>
    internal static int Free()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }
}
