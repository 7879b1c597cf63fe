using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using PSScim.Native;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>Certificates: where they are, who signs, and which are refused before anything is sent.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly Identities _identities = new();

    private Engine Engine => _identities.Engine;

    public void Dispose() => _identities.Dispose();

    [Fact]
    public void A_certificate_object_signs_in()
    {
        Engine.Set("certificate", Identities.Pem()).Good($"{Identities.Connect} -Certificate $certificate");
        Assert.Equal("Certificate", _identities.ReadsAUser().Credential);
        // A fresh assertion each time, or the emulator would refuse it as used before.
        _identities.ExpireTokens();
        Assert.Equal(2, _identities.ReadsAUser().TokenRequests);
    }

    [Theory]
    [InlineData("rsa.pfx", "pfx-password")]
    [InlineData("rsa-old.pfx", "pfx-password")]
    [InlineData("rsa.pem", null)]
    [InlineData("rsa-pkcs1.pem", null)]
    [InlineData("rsa-encrypted.pem", "pem-password")]
    public void A_file_signs_in(string file, string? password)
    {
        string more = password is null ? "" : "-CertificatePassword $password";
        Engine.Set("path", Identities.Asset(file)).Set("password", password is null ? null : Engine.Secure(password));
        Engine.Good($"{Identities.Connect} -CertificatePath $path {more}");
        Assert.Equal("Certificate", _identities.ReadsAUser().Credential);
    }

    [Fact]
    public void A_thumbprint_finds_the_certificate_in_the_users_store()
    {
        using var key = RSA.Create(2048);
        using X509Certificate2 made = Identities.Make(key, -1, 1);
        using X509Certificate2 kept = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.PersistKeySet);
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(kept);
        try
        {
            Engine.Set("public", new[] { X509CertificateLoader.LoadCertificate(made.RawData) });
            Engine.Good("$e = Start-ScimEmulator -Users 9 -Certificate $public -PassThru");
            // As people copy it from the certificate's window: in groups, in lower case.
            string thumbprint = string.Join(' ', kept.Thumbprint.ToLowerInvariant().Chunk(2).Select(pair => new string(pair)));
            Engine.Set("thumbprint", thumbprint).Good($"{Identities.Connect} -CertificateThumbprint $thumbprint");
            Assert.Equal("Certificate", _identities.ReadsAUser().Credential);
        }
        finally
        {
            store.Remove(kept);
        }
        ErrorRecord error = Engine.Bad($"{Identities.Connect} -CertificateThumbprint $thumbprint");
        Assert.StartsWith("CertificateUnusable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(kept.Thumbprint, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_machines_store_is_next_and_a_certificate_with_its_key_is_preferred()
    {
        using X509Certificate2 keyed = Identities.Pem();
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(keyed.RawData);
        var read = new List<string>();
        IEnumerable<X509Certificate2> Stores(X509Certificate2 user, X509Certificate2 machine)
        {
            read.Add("CurrentUser");
            yield return user;
            read.Add("LocalMachine");
            yield return machine;
        }
        Assert.NotNull(StoredCertificate.Choose(keyed.Thumbprint, Stores(bare, keyed)));
        Assert.Equal(["CurrentUser", "LocalMachine"], read);
        read.Clear();
        Assert.NotNull(StoredCertificate.Choose(keyed.Thumbprint, Stores(keyed, bare)));
        Assert.Equal(["CurrentUser"], read);
        Assert.Contains("no private key", Assert.Throws<ScimException>(() => StoredCertificate.Choose("x", Stores(bare, bare))).Message, StringComparison.Ordinal);
        Assert.Contains("No certificate with the thumbprint", Assert.Throws<ScimException>(() => StoredCertificate.Choose("x", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_only_signs_is_asked_on_the_pipeline_thread()
    {
        using X509Certificate2 certificate = Identities.Pem();
        using RSA key = certificate.GetRSAPrivateKey()!;
        var source = new SigningOnly(key);
        string config = new JsonText()
            .Add("baseUri", _identities.Emulator.BaseUri)
            .Add("authority", _identities.Emulator.Authority)
            .Add("tenantId", _identities.Emulator.TenantId)
            .Add("clientId", _identities.Emulator.ClientId)
            .Add("credential", "certificateInStore")
            .Add("certificate", Convert.ToBase64String(certificate.RawData))
            .ToString();
        var connection = new ScimConnection(Session.Open(config, SecretBytes.None, SecretBytes.None, source), "signs");
        PSObject thread = Engine.Set("c", connection)
            .Good("$null = Get-ScimUser -First 1 -Connection $c; [Threading.Thread]::CurrentThread.ManagedThreadId")[0];
        Assert.Equal([(int)thread.BaseObject], source.Threads);
        connection.Close();
    }

    [Theory]
    [InlineData("ec", "elliptic-curve")]
    [InlineData("expired", "has expired")]
    [InlineData("early", "isn't valid until")]
    [InlineData("small", "1024 bits")]
    [InlineData("large", "4104 bits")]
    [InlineData("bare", "no private key")]
    public void A_certificate_that_cannot_sign_in_is_refused_before_anything_is_sent(string kind, string words)
    {
        using AsymmetricAlgorithm key = kind == "ec" ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(kind switch { "small" => 1024, "large" => 4104, _ => 2048 });
        using X509Certificate2 certificate = kind switch
        {
            "expired" => Identities.Make(key, -9, -1),
            "early" => Identities.Make(key, 1, 9),
            _ => Identities.Make(key, -1, 1),
        };
        using X509Certificate2 bare = X509CertificateLoader.LoadCertificate(certificate.RawData);
        ErrorRecord error = Engine.Set("certificate", kind == "bare" ? bare : certificate).Bad($"{Identities.Connect} -Certificate $certificate");
        Assert.StartsWith("CertificateUnusable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, _identities.Count("total"));
    }

    [Theory]
    [InlineData("rsa.pfx", "wrong", "password of ")]
    [InlineData("rsa-encrypted.pem", "wrong", "password of ")]
    [InlineData("ec.pem", "", "elliptic-curve")]
    [InlineData("small.pem", "", "1024 bits")]
    [InlineData("no-key.pem", "", "not its private key")]
    [InlineData("missing.pfx", "", "can't be read")]
    public void A_file_that_cannot_sign_in_is_refused_before_anything_is_sent(string file, string password, string words)
    {
        Engine.Set("path", Identities.Asset(file)).Set("password", Engine.Secure(password));
        ErrorRecord error = Engine.Bad($"{Identities.Connect} -CertificatePath $path -CertificatePassword $password");
        Assert.StartsWith("CertificateUnusable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, _identities.Count("total"));
    }

    /// <summary>A key as a TPM or a smart card has it: it signs, on whichever thread asks, and gives nothing else away.</summary>
    private sealed class SigningOnly(RSA key) : ISignInSource
    {
        internal List<int> Threads { get; } = [];

        public byte[] Sign(byte[] data)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            return key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        }

        public SecretBytes AccessToken() => throw new InvalidOperationException();
    }
}
