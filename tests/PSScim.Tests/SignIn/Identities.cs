using System;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using PSScim.Tests.Cmdlets;

namespace PSScim.Tests.SignIn;

/// <summary>An emulator with a registered certificate, a runspace beside it, and what the identity side tells a test.</summary>
internal sealed class Identities : IDisposable
{
    /// <summary>What the emulator's endpoints want; rust/scim-emulator has them as IDENTITY_HEADER and JOB_TOKEN.</summary>
    internal const string IdentityHeader = "emulator-identity-header", JobToken = "emulator-job-token";

    private static readonly HttpClient s_http = new();

    internal Identities(string more = "")
    {
        Engine = new Engine();
        Engine.Set("certificates", new[] { Pem() });
        Emulator = (ScimEmulator)Engine.Good($"Start-ScimEmulator -Users 250 -Groups 3 -Certificate $certificates {more} -PassThru")[0].BaseObject;
        Engine.Set("e", Emulator).Set("secret", Engine.Secure(Emulator.ClientSecret));
    }

    internal Engine Engine { get; }

    internal ScimEmulator Emulator { get; }

    /// <summary>The start of a command that signs in as the emulator's application.</summary>
    internal const string Connect = "Connect-Scim -TenantId $e.TenantId -ClientId $e.ClientId -BaseUri $e.BaseUri -Authority $e.Authority";

    internal static string Asset(string name) => Path.Combine(Engine.Root, "rust", "scim-client", "tests", "certificates", name);

    /// <summary>The certificate that is registered, with its key.</summary>
    internal static X509Certificate2 Pem() => X509Certificate2.CreateFromPemFile(Asset("rsa.pem"));

    /// <summary>A self-signed certificate with its key.</summary>
    internal static X509Certificate2 Make(AsymmetricAlgorithm key, int fromDay, int untilDay)
    {
        CertificateRequest request = key is RSA rsa
            ? new("CN=Test", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new("CN=Test", (ECDsa)key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDay), DateTimeOffset.UtcNow.AddDays(untilDay));
    }

    /// <summary>A counter of the emulator.</summary>
    internal long Count(string counter)
    {
        using HttpResponseMessage response = Send(HttpMethod.Get, "/__emulator/stats");
        using var stats = JsonDocument.Parse(Read(response));
        return stats.RootElement.GetProperty(counter).GetInt64();
    }

    /// <summary>Makes the next requests go wrong.</summary>
    internal void Inject(string fault)
    {
        using var body = new StringContent(fault, Encoding.UTF8, "application/json");
        Send(HttpMethod.Post, "/__emulator/faults", body).Dispose();
    }

    internal void ClearFaults() => Send(HttpMethod.Delete, "/__emulator/faults").Dispose();

    /// <summary>Makes every token so far worthless.</summary>
    internal void ExpireTokens() => Send(HttpMethod.Post, "/__emulator/expire-tokens").Dispose();

    /// <summary>A token of the outside issuer that the app's federated credential names.</summary>
    internal string OutsideToken(string audience = "api://AzureADTokenExchange")
    {
        using HttpResponseMessage response = Send(HttpMethod.Get, "/issuer/github?audience=" + audience, null, JobToken);
        using var answer = JsonDocument.Parse(Read(response));
        return answer.RootElement.GetProperty("value").GetString()!;
    }

    /// <summary>Reads a user with the connection made last, and gives that connection.</summary>
    internal ScimConnection ReadsAUser()
    {
        if (Engine.Good("Get-ScimUser -First 1").Length != 1)
            throw new InvalidOperationException("No user came.");
        return (ScimConnection)Engine.Good("Get-ScimContext")[0].BaseObject;
    }

    public void Dispose()
    {
        Engine.Run("Get-ScimContext -ListAvailable | Disconnect-Scim; Stop-ScimEmulator");
        Engine.Dispose();
    }

    private HttpResponseMessage Send(HttpMethod method, string path, HttpContent? body = null, string? bearer = null)
    {
        using var request = new HttpRequestMessage(method, Emulator.Authority + path) { Content = body };
        request.Headers.Add("x-emulator-token", Emulator.ControlToken);
        if (bearer is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        HttpResponseMessage response = s_http.Send(request);
        return response.EnsureSuccessStatusCode();
    }

    private static string Read(HttpResponseMessage response)
    {
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }
}
