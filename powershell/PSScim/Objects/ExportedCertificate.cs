using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PSScim.Native;

namespace PSScim;

/// <summary>A certificate with its key, for the library: TLS there needs the key itself, not only its signatures.</summary>
internal static class ExportedCertificate
{
    /// <summary>An unprotected PFX in base64. The caller disposes of it.</summary>
    /// <exception cref="ScimException">There is no key, or it may not be exported.</exception>
    internal static SecretBytes Encode(X509Certificate2 certificate)
    {
        if (!certificate.HasPrivateKey)
            throw Unusable(certificate, "has no private key on this computer");
        byte[] pfx;
        try
        {
            pfx = certificate.Export(X509ContentType.Pfx, "");
        }
        catch (CryptographicException e)
        {
            throw Unusable(certificate, $"has a private key that can't be exported ({e.Message.TrimEnd('.')})");
        }
        var text = new char[(pfx.Length + 2) / 3 * 4];
        var pin = GCHandle.Alloc(text, GCHandleType.Pinned);
        try
        {
            Convert.ToBase64CharArray(pfx, 0, pfx.Length, text, 0);
            var secret = new SecretBytes(text.Length);
            Encoding.ASCII.GetBytes(text, 0, text.Length, secret.Bytes, 0);
            return secret;
        }
        finally
        {
            Array.Clear(pfx, 0, pfx.Length);
            Array.Clear(text, 0, text.Length);
            pin.Free();
        }
    }

    private static ScimException Unusable(X509Certificate2 certificate, string why) => new(
        ErrorId.ClientCertificateUnusable,
        $"The client certificate {certificate.Thumbprint} ({certificate.Subject}) {why}.");
}
