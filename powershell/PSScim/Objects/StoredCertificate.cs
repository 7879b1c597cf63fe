using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PSScim.Native;

namespace PSScim;

/// <summary>A certificate whose key stays where it is: in a store, a TPM, a smart card, or in the object given.</summary>
internal sealed class StoredCertificate : ISignInSource
{
    private static readonly StoreLocation[] s_locations = [StoreLocation.CurrentUser, StoreLocation.LocalMachine];

    private readonly X509Certificate2 _certificate;

    internal StoredCertificate(X509Certificate2 certificate)
    {
        if (!certificate.HasPrivateKey)
            throw Unusable($"The certificate {certificate.Thumbprint} ({certificate.Subject}) has no private key on this computer.");
        _certificate = certificate;
    }

    /// <summary>The certificate without its key.</summary>
    internal string Encoded => Convert.ToBase64String(_certificate.RawData);

    /// <summary>Finds a certificate by its SHA-1 thumbprint: in the current user's store, then in the machine's.</summary>
    internal static StoredCertificate Find(string thumbprint)
    {
        string wanted = thumbprint.Replace(" ", "").Replace("\u200e", "").ToUpperInvariant();
        return Choose(wanted, s_locations.SelectMany(location => InStore(location, wanted)));
    }

    /// <summary>The first that has its private key; one without is only good for an error that says so.</summary>
    internal static StoredCertificate Choose(string wanted, IEnumerable<X509Certificate2> candidates)
    {
        X509Certificate2? found = null;
        foreach (X509Certificate2 candidate in candidates)
        {
            if (candidate.HasPrivateKey)
                return new StoredCertificate(candidate);
            found ??= candidate;
        }
        return found is not null
            ? new StoredCertificate(found)
            : throw Unusable($"No certificate with the thumbprint {wanted} was found in the certificate stores of the current user and the computer.");
    }

    private static IEnumerable<X509Certificate2> InStore(StoreLocation location, string thumbprint)
    {
        using var store = new X509Store(StoreName.My, location);
        try
        {
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
        }
        catch (CryptographicException)
        {
            // A store that does not exist holds no certificate: Unix has no machine store, and a new account none at all.
            return [];
        }
        return store.Certificates.Find(X509FindType.FindByThumbprint, thumbprint, validOnly: false).Cast<X509Certificate2>();
    }

    /// <summary>Signs on the thread that asks, which is the pipeline's: a store may ask for a PIN.</summary>
    public byte[] Sign(byte[] data)
    {
        try
        {
            using RSA key = _certificate.GetRSAPrivateKey()
                ?? throw Unusable($"The key of the certificate {_certificate.Thumbprint} isn't an RSA key.");
            return key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        }
        catch (CryptographicException e)
        {
            throw Unusable($"The key of the certificate {_certificate.Thumbprint} couldn't sign: {e.Message}");
        }
    }

    public SecretBytes AccessToken() => throw new InvalidOperationException("A certificate can't provide tokens.");

    private static ScimException Unusable(string message) => new(
        ErrorId.CertificateUnusable,
        message,
        "Use a certificate that is valid now, with an RSA private key of 2048 to 4096 bits that this account can use.");
}
