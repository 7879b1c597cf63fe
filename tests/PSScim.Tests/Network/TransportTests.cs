using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Network;

/// <summary>Proxies, authorities, client certificates and limits, through the cmdlets and over real sockets.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("psscim-transport-").FullName;

    public TransportTests() => _engine.Set("token", Engine.Secure("token")).Set("folder", _folder);

    public void Dispose()
    {
        _engine.Run("Get-ScimContext -ListAvailable | Disconnect-Scim; Stop-ScimEmulator");
        _engine.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Connects by a token and reads the one user; the servers here have nothing else to say.</summary>
    private string Read(string baseUri, string parameters) =>
        Assert.Single(_engine.Set("uri", baseUri).Good($"Connect-Scim -BaseUri $uri -AccessToken $token -MaximumRetryCount 0 -Compatibility SkipDiscovery {parameters}; (Get-ScimUser).userName")).ToString();

    private string Refused(string baseUri, string parameters)
    {
        ErrorRecord error = _engine.Set("uri", baseUri).Bad($"Connect-Scim -BaseUri $uri -AccessToken $token -MaximumRetryCount 0 {parameters} -ErrorAction Stop; Get-ScimUser");
        Assert.Contains(Assert.IsType<ScimException>(error.Exception).Advice, error.ErrorDetails.Message, StringComparison.Ordinal);
        return error.FullyQualifiedErrorId.Split(',')[0];
    }

    private string Save(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        return name;
    }

    [Fact]
    public void An_authority_is_a_file_a_certificate_or_several()
    {
        using X509Certificate2 authority = TlsServer.NewAuthority("Ours"), other = TlsServer.NewAuthority("Another");
        using var server = new TlsServer(authority);
        Save("ours.pem", authority.ExportCertificatePem());
        Save("both.pem", other.ExportCertificatePem() + "\n" + authority.ExportCertificatePem());
        _engine.Set("file", new FileInfo(Path.Combine(_folder, "ours.pem"))).Set("ours", authority).Set("other", other).Set("all", new X509Certificate2Collection(new[] { other, authority })).Good("$ExecutionContext.SessionState.Path.SetLocation($folder)");
        foreach (string given in new[] { "./ours.pem", "both.pem", "$file", "$ours", "$other, $ours", "$other, ours.pem", "$all" })
            Assert.Equal("ada", Read(server.BaseUri, "-CertificateAuthority " + given));
        Assert.Equal("CertificateUntrusted", Refused(server.BaseUri, ""));
        Assert.Equal("CertificateUntrusted", Refused(server.BaseUri, "-CertificateAuthority $other"));
    }

    [Fact]
    public void A_skipped_check_is_warned_of()
    {
        using X509Certificate2 authority = TlsServer.NewAuthority("Ours");
        using var server = new TlsServer(authority, "elsewhere.example");
        Assert.Equal("CertificateNameMismatch", Refused(server.BaseUri, "-CertificateAuthority " + Quoted("ours.pem", authority.ExportCertificatePem())));
        Engine.Result result = _engine.Set("uri", server.BaseUri).Run("Connect-Scim -BaseUri $uri -AccessToken $token -SkipCertificateCheck; Get-ScimUser");
        Assert.Empty(result.Errors);
        Assert.Single(result.Output);
        Assert.Contains(server.BaseUri, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("This is no certificate.")]
    [InlineData("")]
    public void An_authority_that_is_not_PEM_is_named(string text)
    {
        Assert.Equal("CertificateAuthorityUnusable", Refused("https://scim.example.org", "-CertificateAuthority " + Quoted("bad.pem", text)));
        Assert.Equal("CertificateAuthorityUnusable", Refused("https://scim.example.org", "-CertificateAuthority ./missing.pem"));
    }

    [Fact]
    public void A_client_certificate_is_a_file_or_an_object()
    {
        using X509Certificate2 authority = TlsServer.NewAuthority("Ours");
        using var server = new TlsServer(authority, wantsClients: true);
        using X509Certificate2 client = TlsServer.Issue(authority, "client");
        string trust = "-CertificateAuthority " + Quoted("ours.pem", authority.ExportCertificatePem());
        File.WriteAllBytes(Path.Combine(_folder, "client.pfx"), client.Export(X509ContentType.Pfx, "a word"));
        Save("client.pem", client.ExportCertificatePem() + "\n" + client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        _engine.Set("file", new FileInfo(Path.Combine(_folder, "client.pem"))).Set("client", client).Set("bare", X509CertificateLoader.LoadCertificate(client.RawData))
            .Set("word", Engine.Secure("a word")).Set("wrong", Engine.Secure("another word")).Good("$ExecutionContext.SessionState.Path.SetLocation($folder)");
        foreach (string given in new[] { "$client", "client.pfx -ClientCertificatePassword $word", "./client.pem", "$file" })
            Assert.Equal("ada", Read(server.BaseUri, $"{trust} -ClientCertificate {given}"));
        // What a server says that gets none, or a stranger's: rust/scim-client/tests/tls.rs. This one only hangs up.
        Assert.Equal("ConnectionLost", Refused(server.BaseUri, trust));
        foreach (string given in new[] { "$bare", "ours.pem", "missing.pem", "client.pfx -ClientCertificatePassword $wrong" })
            Assert.Equal("ClientCertificateUnusable", Refused(server.BaseUri, $"{trust} -ClientCertificate {given}"));
    }

    [Fact]
    public void A_plain_proxy_gets_the_requests_and_the_password()
    {
        _engine.Good("$e = Start-ScimEmulator -Users 5 -PassThru");
        var port = new Uri(_engine.Good("$e.BaseUri")[0].ToString()).Port;
        using var proxy = new ProxyServer(port, "user:pass word");
        _engine.Set("secret", Engine.Secure("emulator-secret")).Set("proxy", proxy.Address)
            .Set("right", new PSCredential("user", Engine.Secure("pass word"))).Set("wrong", new PSCredential("user", Engine.Secure("s3cret")));
        const string Connect = """
            Connect-Scim -TenantId $e.TenantId -ClientId $e.ClientId -ClientSecret $secret -AllowUnencryptedAuthentication -MaximumRetryCount 0 `
                -BaseUri http://scim.example.invalid/rp/scim -Authority http://login.example.invalid
            """;
        Assert.Equal(5, _engine.Good(Connect + " -Proxy $proxy -ProxyCredential $right; Get-ScimUser").Length);
        Assert.Equal(2, proxy.Seen.Count);
        Assert.StartsWith("POST http://login.example.invalid/", proxy.Seen.First(), StringComparison.Ordinal);
        Assert.StartsWith("GET http://scim.example.invalid/rp/scim/users", proxy.Seen.Last(), StringComparison.Ordinal);

        foreach (string credential in new[] { "", " -ProxyCredential $wrong" })
        {
            ErrorRecord error = _engine.Bad(Connect + " -Proxy $proxy" + credential);
            Assert.StartsWith("ProxyAuthenticationRequired,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", error.ToString() + error.Exception, StringComparison.Ordinal);
        }

        // As $env: has it, which on Unix no native code sees by itself.
        try
        {
            _engine.Good($"$env:HTTP_PROXY = '{proxy.Address.Replace("http://", "http://user:pass%20word@", StringComparison.Ordinal)}'");
            Assert.Equal(5, _engine.Good(Connect + "; Get-ScimUser").Length);
            Assert.StartsWith("NameNotFound,", _engine.Bad(Connect + " -NoProxy").FullyQualifiedErrorId, StringComparison.Ordinal);
            // The emulator is on this machine, where no proxy is asked.
            int seen = proxy.Seen.Count;
            Assert.Equal(5, _engine.Good("Connect-Scim -Emulator; Get-ScimUser").Length);
            Assert.Equal(seen, proxy.Seen.Count);
        }
        finally
        {
            _engine.Good("$env:HTTP_PROXY = $null");
        }
    }

    [Fact]
    public void A_tunnel_through_a_proxy_ends_at_the_server()
    {
        using X509Certificate2 authority = TlsServer.NewAuthority("Ours");
        using var server = new TlsServer(authority);
        using var proxy = new ProxyServer(server.Port);
        string trust = "-CertificateAuthority " + Quoted("ours.pem", authority.ExportCertificatePem());
        Assert.Equal("ada", Read(server.BaseUri, $"{trust} -Proxy {proxy.Address}"));
        Assert.Equal($"CONNECT localhost:{server.Port} HTTP/1.1", Assert.Single(proxy.Seen));
    }

    [Fact]
    public void An_unreachable_proxy_and_one_that_is_none_are_told_apart()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.Equal("ProxyUnreachable", Refused("https://scim.example.org", $"-Proxy http://127.0.0.1:{port}"));
        Assert.Equal("InvalidConfiguration", Refused("https://scim.example.org", "-Proxy socks5://127.0.0.1"));
        Assert.Equal("InvalidConfiguration", Refused("https://scim.example.org", "-Proxy http://user:word@127.0.0.1"));
    }

    [Theory]
    [InlineData("https://user:s3cret@scim.example.org/v2", "AddressHoldsCredentials")]
    [InlineData("https://scim.example.org/v2?token=s3cret", "AddressHoldsQuery")]
    [InlineData("https://scim.example.org/v2#s3cret", "AddressHoldsQuery")]
    public void A_base_address_with_more_in_it_is_refused_and_not_quoted(string uri, string id)
    {
        ErrorRecord error = _engine.Set("uri", uri).Bad("Connect-Scim -BaseUri $uri -AccessToken $token");
        Assert.StartsWith(id + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_falls_silent_is_told_from_a_slow_one()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        string uri = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/scim";
        Assert.Equal("Stalled", Refused(uri, "-StallTimeoutSec 1"));
        Assert.Equal("Stalled", Refused(uri, "-OperationTimeoutSeconds 1 -TimeoutSec 30"));
        Assert.Equal("Timeout", Refused(uri, "-TimeoutSec 1"));
    }

    [Fact]
    public async Task A_wrong_clock_is_a_warning()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task served = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            NetworkStream stream = client.GetStream();
            _ = await stream.ReadAsync(new byte[4096]);
            string date = DateTime.UtcNow.AddMinutes(30).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
            const string Body = """{"totalResults":0,"Resources":[]}""";
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"));
        });
        _engine.Set("uri", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/scim");
        Engine.Result result = _engine.Run("Connect-Scim -BaseUri $uri -AccessToken $token -Compatibility SkipDiscovery; Get-ScimUser");
        await served;
        Assert.Empty(result.Errors);
        Assert.Contains("30 minutes behind", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    /// <summary>Every parameter for the network is in the table of docs/transport.md, under its name.</summary>
    [Fact]
    public void Every_parameter_is_in_the_table()
    {
        string table = File.ReadAllText(Path.Combine(Engine.Root, "docs", "transport.md"));
        IEnumerable<string> names = _engine.Good("""
            $type = (Get-Command Connect-Scim).ImplementingType
            while ($type.Name -ne 'ScimTransportCommand') { $type = $type.BaseType }
            $type.GetProperties('DeclaredOnly, Instance, Public') | ForEach-Object Name
            """).Select(name => name.ToString()!).Except(["RequestBudget", "PricePerRequest"]);
        Assert.Equal(12, names.Count());
        Assert.All(names, name => Assert.Matches($@"(?m)^\| `-{name}`", table));
    }

    private string Quoted(string name, string text) => $"'{Path.Combine(_folder, Save(name, text))}'";
}
