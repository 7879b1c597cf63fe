using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Security.Cryptography.X509Certificates;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>
/// How the requests of a new connection travel, whom they trust, how often they are tried, and how many there may be.
/// </summary>
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

    /// <summary>
    /// The http or https address of a proxy for all requests. Left out: that of the variables HTTPS_PROXY, HTTP_PROXY,
    /// ALL_PROXY and NO_PROXY, or else the operating system's.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Proxy { get; set; }

    /// <summary>Name and password for the proxy, by basic authentication.</summary>
    [Parameter]
    [ValidateNotNull]
    [Credential]
    public PSCredential? ProxyCredential { get; set; }

    /// <summary>Uses no proxy, whatever the environment or the operating system says.</summary>
    [Parameter]
    public SwitchParameter NoProxy { get; set; }

    /// <summary>
    /// Certificate authorities to trust besides the operating system's: files in PEM form, or X509Certificate2 objects.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? CertificateAuthority { get; set; }

    /// <summary>
    /// Trusts whoever answers in the server's place, who then can read and change everything, the token included. For
    /// a try in a laboratory; a warning says so. Microsoft's sign-in hosts are checked all the same.
    /// </summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>
    /// The certificate, with its key, to show to a server that asks for one in TLS: a PFX or PEM file, or an
    /// X509Certificate2 whose key may be exported. It is no way to sign in to Entra; that is -Certificate.
    /// </summary>
    [Parameter]
    [ValidateNotNull]
    public object? ClientCertificate { get; set; }

    /// <summary>The password of the file of -ClientCertificate.</summary>
    [Parameter]
    [ValidateNotNull]
    public System.Security.SecureString? ClientCertificatePassword { get; set; }

    /// <summary>Seconds that one request may take in all. Left out: 100.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? TimeoutSec { get; set; }

    /// <summary>Seconds without a byte from the server after which a request counts as lost. Left out: 60.</summary>
    [Parameter]
    [Alias("OperationTimeoutSeconds")]
    [ValidateRange(1, int.MaxValue)]
    public int? StallTimeoutSec { get; set; }

    /// <summary>How often a request is repeated at most after 429, 5xx or a broken connection. Left out: 5.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    public int? MaximumRetryCount { get; set; }

    /// <summary>
    /// Seconds of the first pause before a request is repeated; it doubles each time, and a service that asks for more
    /// gets more. Left out: half a second.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? RetryIntervalSec { get; set; }

    /// <summary>
    /// A file into which every request and answer of this connection is written, headers and the beginning of each body
    /// included, the sign-in's too. Tokens, secrets, passwords and cookies are masked; people's data is not. On Unix only
    /// the file's owner can read it. What is in it stays.
    /// </summary>
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
    /// <exception cref="ScimException">The key of -ClientCertificate cannot be had.</exception>
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

    /// <summary>Says what an unchecked certificate means.</summary>
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
