using System;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PSScim;

/// <summary>A certificate with its key, for the library: TLS there needs the key itself, not only its signatures.</summary>
internal static class ExportedCertificate
{
    /// <summary>An unprotected PFX in base64. The caller wipes it.</summary>
    /// <exception cref="ScimException">There is no key, or it may not be exported.</exception>
    internal static byte[] Encode(X509Certificate2 certificate)
    {
        if (!certificate.HasPrivateKey)
            throw Unusable(certificate, "has no private key here");
        byte[] pfx;
        try
        {
            pfx = certificate.Export(X509ContentType.Pfx, "");
        }
        catch (CryptographicException e)
        {
            throw Unusable(certificate, $"has a private key that may not be exported ({e.Message.TrimEnd('.')})");
        }
        var text = new char[(pfx.Length + 2) / 3 * 4];
        try
        {
            Convert.ToBase64CharArray(pfx, 0, pfx.Length, text, 0);
            return Encoding.ASCII.GetBytes(text);
        }
        finally
        {
            Array.Clear(pfx, 0, pfx.Length);
            Array.Clear(text, 0, text.Length);
        }
    }

    private static ScimException Unusable(X509Certificate2 certificate, string why) => new(new ScimFailure
    {
        Id = "ClientCertificateUnusable",
        Category = nameof(ErrorCategory.InvalidArgument),
        Message = $"The client certificate {certificate.Thumbprint} ({certificate.Subject}) {why}.",
        Advice = "Give an X509Certificate2 whose key may be exported, or the PFX or PEM file that it came from.",
    });
}
