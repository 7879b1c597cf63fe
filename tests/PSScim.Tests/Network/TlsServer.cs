using System;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;

namespace PSScim.Tests.Network;

/// <summary>A SCIM server of one user over real TLS, by certificates of an authority of its own.</summary>
internal sealed class TlsServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly bool _wantsClients;

    /// <param name="authority">Signs the server's certificate, and is the one that client certificates are held against.</param>
    /// <param name="name">Whom the certificate is for.</param>
    /// <param name="wantsClients">Whether a client has to show a certificate.</param>
    internal TlsServer(X509Certificate2 authority, string name = "localhost", bool wantsClients = false)
    {
        _certificate = Issue(authority, name);
        _wantsClients = wantsClients;
        Authority = authority;
        _listener.Start();
        _ = Accept();
    }

    internal X509Certificate2 Authority { get; }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal string BaseUri => $"https://localhost:{Port}/scim";

    internal static X509Certificate2 NewAuthority(string name)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    /// <summary>A certificate with its key, which may be exported.</summary>
    internal static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx, ""), "", X509KeyStorageFlags.Exportable);
    }

    public void Dispose()
    {
        _listener.Stop();
        _certificate.Dispose();
    }

    private async Task Accept()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = Serve(client);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        await using (var stream = new SslStream(client.GetStream(), false, (_, shown, _, _) => !_wantsClients || IsOurs(shown)))
        {
            try
            {
                // TLS 1.2, where a refused certificate ends the handshake rather than what comes behind it.
                await stream.AuthenticateAsServerAsync(_certificate, _wantsClients, SslProtocols.Tls12, checkCertificateRevocation: false);
                byte[] body = Encoding.UTF8.GetBytes("""{"totalResults":1,"Resources":[{"id":"1","userName":"ada"}]}""");
                var buffer = new byte[8192];
                while (await stream.ReadAsync(buffer) > 0)
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n"));
                    await stream.WriteAsync(body);
                }
            }
            catch (Exception e) when (e is AuthenticationException or System.IO.IOException)
            {
                // The client did not trust us, or went away: that is what a test is about.
            }
        }
    }

    private bool IsOurs(X509Certificate? shown) => shown is not null && shown.Issuer == Authority.Subject;
}
