using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// The base of the cmdlets with the network settings of a new connection: proxy, certificates, timeouts, retries and
/// budget.
/// </summary>
public abstract class ScimTransportCommand : ScimCommand
{
    /// <summary>
    /// The maximum number of requests that this connection can send. A request that would exceed it isn't sent.
    /// Default: no limit.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateRange(1, long.MaxValue)]
    public long? RequestBudget { get; set; }

    /// <summary>
    /// The price of a request that Entra bills, in US dollars, for EstimatedCost of Get-ScimContext. Default: the list
    /// price, 0.002. Other servers have no price.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateRange(0.0, 1000.0)]
    public double? PricePerRequest { get; set; }

    /// <summary>
    /// The http or https address of a proxy for all requests. Default: the environment variables HTTPS_PROXY,
    /// HTTP_PROXY, ALL_PROXY and NO_PROXY, or else the proxy of the operating system.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Proxy { get; set; }

    /// <summary>The user name and password for the proxy, with basic authentication.</summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNull]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>
    /// Connects without a proxy and ignores the environment variables and the operating system's settings.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>
    /// Certificate authorities to trust in addition to the operating system's: PEM files or X509Certificate2 objects.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? CertificateAuthority { get; set; }

    /// <summary>
    /// Skips the check of the server's certificate. Another computer could then impersonate the server, and read and
    /// change everything, including the token. Use it only in a test environment. PSScim writes a warning, and still
    /// checks the certificates of Microsoft's sign-in hosts.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>
    /// The client certificate for a server that requires one for TLS: a PFX or PEM file with the private key, or an
    /// X509Certificate2 with an exportable key. To sign in to Entra, use -Certificate instead.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNull]
    public object? ClientCertificate { get; set; }

    /// <summary>The password of the -ClientCertificate file.</summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNull]
    public System.Security.SecureString? ClientCertificatePassword { get; set; }

    /// <summary>The number of seconds that one response may take. A server that never answers costs them once, retries included. Default: 100.</summary>
    [BeginsConnect]
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <summary>
    /// The time without data from the server after which a request is considered lost, in seconds. Default: 60.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [Alias("OperationTimeoutSeconds")]
    [ValidateRange(1, int.MaxValue)]
    public int? StallTimeoutSec { get; set; }

    /// <summary>
    /// How often a request is retried at most after 429, 5xx or a lost connection. All requests for one input object share
    /// the number. Default: 5; and 429 and 503 are waited for as long as the service asks, or up to -TimeoutSec. A host that
    /// doesn't exist and has never answered isn't retried.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateRange(0, 100)]
    public int? MaximumRetryCount { get; set; }

    /// <summary>
    /// The pause before the first retry, in seconds. It doubles with each retry. If the service asks for a longer
    /// pause, PSScim waits longer. Default: half a second.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? RetryIntervalSec { get; set; }

    /// <summary>
    /// A file for a trace of every request and response of this connection, including sign-in, with headers and the
    /// start of each body. Tokens, secrets, passwords and cookies are masked, but personal data isn't. On Unix, only
    /// the owner can read the file. PSScim appends to an existing file.
    /// </summary>
    [BeginsConnect]
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TracePath { get; set; }

    /// <summary>Adds what is no secret to the configuration of a connection.</summary>
    private protected JsonText Transport(JsonText config)
    {
        List<string> files = [];
        string? authorities = Authorities(files);
        return config
            .Add("requestBudget", RequestBudget)
            .Add("pricePerRequest", PricePerRequest)
            .Add("tracePath", TracePath is null ? null : FilePath(TracePath))
            .Add("userAgent", "PowerShell/" + Host.Version)
            .Add("timeoutSeconds", TimeoutSec)
            .Add("stallTimeoutSeconds", StallTimeoutSec)
            .Add("maximumRetryCount", MaximumRetryCount)
            .Add("retryIntervalMilliseconds", RetryIntervalSec * 1000L)
            .Add("network", new JsonText()
                .Add("proxy", Proxy)
                .Add("proxyUserName", ProxyCredential?.UserName)
                .Add("noProxy", NoProxy ? true : null)
                .Add("variablesGiven", true)
                .Add("certificateAuthority", authorities)
                .Add("certificateAuthorityFiles", files)
                .Add("skipCertificateCheck", SkipCertificateCheck ? true : null)
                .Add("clientCertificatePath", Unwrapped(ClientCertificate) is X509Certificate2 ? null : Path(ClientCertificate)));
    }

    /// <summary>Gathers what is secret. The caller disposes of it.</summary>
    /// <exception cref="ScimException">The key of -ClientCertificate isn't available.</exception>
    private protected SecretBytes TransportSecrets()
    {
        using var secrets = new SecretBlock();
        secrets.AddProxyVariables();
        if (ProxyCredential is not null)
            secrets.Add("proxyPassword", SecretText.Encode(ProxyCredential.Password));
        if (ClientCertificatePassword is not null)
            secrets.Add("clientCertificatePassword", SecretText.Encode(ClientCertificatePassword));
        if (Unwrapped(ClientCertificate) is X509Certificate2 certificate)
            secrets.Add("clientCertificate", ExportedCertificate.Encode(certificate));
        return secrets.ToSecret();
    }

    /// <summary>Warns of the risk of an unchecked certificate.</summary>
    private protected void WarnOfSkippedCheck(string? server)
    {
        if (SkipCertificateCheck)
            WriteWarning($"PSScim doesn't check the certificate of {server ?? "the server"}. Another computer could impersonate it, and read and change everything, including the token.");
    }

    private protected string FilePath(string path) => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>The certificates among -CertificateAuthority in PEM form; the paths go into <paramref name="files"/>.</summary>
    private string? Authorities(List<string> files)
    {
        var certificates = new System.Text.StringBuilder();
        foreach (object? item in CertificateAuthority ?? [])
        {
            object? given = Unwrapped(item);
            // A certificate collection is one item for the binder.
            foreach (object? one in given is IEnumerable several and not string ? several : new[] { given })
            {
                if (Unwrapped(one) is X509Certificate certificate)
                    certificates
                        .Append("-----BEGIN CERTIFICATE-----\n")
                        .Append(Convert.ToBase64String(certificate.GetRawCertData(), Base64FormattingOptions.InsertLineBreaks))
                        .Append("\n-----END CERTIFICATE-----\n");
                else if (Path(one) is string path)
                    files.Add(path);
            }
        }
        return certificates.Length == 0 ? null : certificates.ToString();
    }

    private string? Path(object? given) => Unwrapped(given) switch
    {
        null => null,
        FileSystemInfo file => file.FullName,
        _ => FilePath(LanguagePrimitives.ConvertTo<string>(given)),
    };

    private static object? Unwrapped(object? given) => given is PSObject wrapped ? wrapped.BaseObject : given;
}
