using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>
/// No secret, assertion or token in any stream, error, variable or dump, for each way to sign in: once when it goes well,
/// and once when the identity platform refuses.
/// </summary>
[Collection("Environment")]
public sealed class SecretTests : IDisposable
{
    private const string Password = "pa55word-that-must-not-show";

    /// <summary>How the assertions of certificates and of the outside issuer begin, in base64.</summary>
    private static readonly string[] s_assertions = ["eyJhbGciOiJQUzI1NiI", "eyJhbGciOiJFUzI1NiI"];

    private readonly Identities _identities = new();
    private readonly List<string> _secrets = [.. s_assertions];
    private readonly List<string> _files = [];
    private readonly List<string> _set = [];
    private X509Certificate2? _stored;

    private Engine Engine => _identities.Engine;

    public void Dispose()
    {
        _files.ForEach(File.Delete);
        _set.ForEach(name => Environment.SetEnvironmentVariable(name, null));
        if (_stored is not null)
            Store(store => store.Remove(_stored));
        _identities.Dispose();
    }

    public static TheoryData<string> Ways() =>
    [
        "ClientSecret", "ClientSecretCredential", "Certificate", "Thumbprint", "CertificatePath", "FederatedToken", "FederatedTokenFile",
        "Identity", "GitHubActions", "AzureDevOps", "EnvironmentVariable", "AccessToken", "AccessTokenProvider", "Credential",
    ];

    /// <summary>The command that connects so; its secrets are noted.</summary>
    private string Command(string way)
    {
        string client = _identities.Emulator.ClientSecret;
        switch (way)
        {
            case "ClientSecret":
                _secrets.Add(client);
                return $"{Identities.Connect} -ClientSecret $given";
            case "ClientSecretCredential":
                _secrets.Add(client);
                Engine.Set("given", new PSCredential(_identities.Emulator.ClientId, Engine.Secure(client)));
                return "Connect-Scim -TenantId $e.TenantId -ClientSecretCredential $given -BaseUri $e.BaseUri -Authority $e.Authority";
            case "Certificate":
                Engine.Set("given", Identities.Pem());
                return $"{Identities.Connect} -Certificate $given";
            case "CertificatePath":
                string path = Path.GetTempFileName();
                _files.Add(path);
                using (X509Certificate2 certificate = Identities.Pem())
                    File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, Password));
                _secrets.Add(Password);
                Engine.Set("path", path).Set("given", Engine.Secure(Password));
                return $"{Identities.Connect} -CertificatePath $path -CertificatePassword $given";
            case "Thumbprint":
                using (X509Certificate2 made = Identities.Pem())
                    _stored = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.PersistKeySet);
                Store(store => store.Add(_stored));
                Engine.Set("given", _stored.Thumbprint);
                return $"{Identities.Connect} -CertificateThumbprint $given";
            case "Identity":
                Set("IDENTITY_ENDPOINT", _identities.Emulator.Authority + "/identity/app-service");
                Set("IDENTITY_HEADER", Identities.IdentityHeader, isSecret: true);
                return "Connect-Scim -Identity -BaseUri $e.BaseUri";
            case "GitHubActions":
                Set("ACTIONS_ID_TOKEN_REQUEST_URL", _identities.Emulator.Authority + "/issuer/github?api-version=2.0");
                Set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", Identities.JobToken, isSecret: true);
                return $"{Identities.Connect} -GitHubActions";
            case "AzureDevOps":
                Set("SYSTEM_OIDCREQUESTURI", _identities.Emulator.Authority + "/issuer/azure-devops");
                Set("SYSTEM_ACCESSTOKEN", Identities.JobToken, isSecret: true);
                return $"{Identities.Connect} -AzureDevOps -ServiceConnectionId c0ffee";
            case "EnvironmentVariable":
                Set("AZURE_TENANT_ID", _identities.Emulator.TenantId);
                Set("AZURE_CLIENT_ID", _identities.Emulator.ClientId);
                Set("AZURE_AUTHORITY_HOST", _identities.Emulator.Authority);
                Set("AZURE_CLIENT_SECRET", client, isSecret: true);
                return "Connect-Scim -EnvironmentVariable -BaseUri $e.BaseUri";
            case "FederatedToken":
                Engine.Set("given", Engine.Secure(_identities.OutsideToken()));
                return $"{Identities.Connect} -FederatedToken $given";
            case "FederatedTokenFile":
                string file = Path.GetTempFileName();
                _files.Add(file);
                File.WriteAllText(file, _identities.OutsideToken());
                Engine.Set("path", file);
                return $"{Identities.Connect} -FederatedTokenFile $path";
            case "AccessToken":
                Engine.Set("given", Token());
                return "Connect-Scim -AccessToken $given -BaseUri $e.BaseUri";
            case "AccessTokenProvider":
                System.Security.SecureString token = Token();
                Engine.Set("given", token);
                return "Connect-Scim -AccessTokenProvider { $given } -BaseUri $e.BaseUri";
            default:
                _secrets.Add(Password);
                _secrets.Add(Convert.ToBase64String(Encoding.UTF8.GetBytes("somebody:" + Password)));
                Engine.Set("given", new PSCredential("somebody", Engine.Secure(Password)));
                return "Connect-Scim -Credential $given -BaseUri $e.BaseUri";
        }
    }

    private void Set(string variable, string value, bool isSecret = false)
    {
        Environment.SetEnvironmentVariable(variable, value);
        _set.Add(variable);
        if (isSecret)
            _secrets.Add(value);
    }

    private static void Store(Action<X509Store> change)
    {
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        change(store);
    }

    /// <summary>A token of the emulator, got in another runspace.</summary>
    private System.Security.SecureString Token()
    {
        using var other = new Engine();
        string text = other.Set("e", _identities.Emulator).Set("secret", Engine.Secure(_identities.Emulator.ClientSecret))
            .Good($"{Identities.Connect} -ClientSecret $secret; Get-ScimAccessToken -AsPlainText; Disconnect-Scim")[0].ToString();
        _secrets.Add(text);
        return Engine.Secure(text);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Nothing_secret_is_in_streams_errors_variables_and_dumps(string way)
    {
        Engine.Set("given", Engine.Secure(_identities.Emulator.ClientSecret));
        string command = Command(way);
        // The emulator object's own property is no secret of the connection.
        Engine.Good("$e2 = [pscustomobject]@{ TenantId = $e.TenantId; ClientId = $e.ClientId; BaseUri = $e.BaseUri; Authority = $e.Authority }");
        // With -Debug a warning, such as that of the emulator, would be a question.
        Engine.Good("$PSDefaultParameterValues = @{ '*:WarningAction' = 'Continue' }");
        command = command.Replace("$e.", "$e2.", StringComparison.Ordinal);
        string streams = Everything($$"""
            {{command}} -Verbose -Debug -InformationAction Continue -PassThru
            Get-ScimContext
            Get-ScimUser -First 1 -Verbose -Debug
            Test-ScimConnection -Verbose -Debug
            Get-ScimAccessToken -AsClaims -Verbose -Debug
            Get-ScimAccessToken
            """);
        var connection = (ScimConnection)Engine.Good("Get-ScimContext")[0].BaseObject;
        _identities.Inject("""{"action":"tokenRefusal","code":7000215,"times":99}""");
        _identities.Inject("""{"action":"status","status":401,"times":99}""");
        streams += Everything($$"""
            try { {{command}} -Verbose -Debug -MaximumRetryCount 0 } catch { $_; $_.Exception; $_.InvocationInfo }
            Get-ScimUser -First 1 -Verbose -Debug -ErrorVariable problem -Connection $null
            Get-ScimUser -First 1 -Verbose -Debug -ErrorVariable problem
            """);
        if (way != "Credential")
            _secrets.Add(Plain(connection));
        Nowhere(streams, "the streams");
        Nowhere(PSSerializer.Serialize(connection, 8), "the connection, serialized");
        Nowhere(string.Join('\n', Texts(connection)), "the connection's fields");
        // Get-Variable's own way: every variable's value, as it shows and as it serializes.
        foreach (PSObject variable in Engine.Good("$ExecutionContext.InvokeProvider.Item.Get('variable:*')"))
        {
            if (variable.BaseObject is PSVariable { Name: not ("e" or "output"), Value: { } value })
                Nowhere(value + PSSerializer.Serialize(value, 3), "$" + ((PSVariable)variable.BaseObject).Name);
        }
        Assert.NotEmpty(streams);
    }

    [Fact]
    public void The_search_finds_what_is_there()
    {
        _secrets.Add(Password);
        string found = Everything("Write-Verbose 'pa55word-that-must-not-show' -Verbose; $x = [pscustomobject]@{ inner = 1 }; $x");
        Assert.Throws<Xunit.Sdk.TrueException>(() => Nowhere(found, "the streams"));
        Assert.Contains(Texts(new Holder()), text => text.Contains(Password, StringComparison.Ordinal));
    }

    private string Plain(ScimConnection connection)
    {
        _identities.ClearFaults();
        return Engine.Set("c", connection).Good("Get-ScimAccessToken -Connection $c -AsPlainText")[0].ToString();
    }

    private void Nowhere(string text, string where)
    {
        foreach (string secret in _secrets)
            Assert.True(!text.Contains(secret, StringComparison.Ordinal), $"{where}: a secret that begins with {secret[..4]} shows");
    }

    /// <summary>All that a script writes to any stream, as shown and as serialized.</summary>
    private string Everything(string script)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = Engine.Runspace;
        shell.AddScript(script);
        var output = new PSDataCollection<PSObject>();
        var all = new List<object?>();
        try
        {
            shell.Invoke(null, output);
        }
        catch (RuntimeException e)
        {
            all.Add(e.ErrorRecord);
        }
        PSDataStreams streams = shell.Streams;
        foreach (IEnumerable stream in new IEnumerable[] { output, streams.Error, streams.Verbose, streams.Debug, streams.Warning, streams.Information, streams.Progress })
            all.AddRange(stream.Cast<object?>());
        var text = new StringBuilder();
        foreach (object? item in all)
        {
            text.AppendLine(item?.ToString()).AppendLine(PSSerializer.Serialize(item, 4));
            if (item is ErrorRecord error)
                text.AppendLine(error.Exception.ToString()).AppendLine(error.ErrorDetails?.ToString());
        }
        return text.ToString();
    }

    /// <summary>Every text and byte array that an object holds on to, private fields included.</summary>
    private static IEnumerable<string> Texts(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var next = new Stack<object>([root]);
        while (next.TryPop(out object? item))
        {
            if (!seen.Add(item))
                continue;
            switch (item)
            {
                case string text:
                    yield return text;
                    continue;
                case byte[] bytes:
                    yield return Encoding.UTF8.GetString(bytes);
                    continue;
                case char[] chars:
                    yield return new string(chars);
                    continue;
                case Pointer or Type or Assembly or Module or MemberInfo or ScriptBlock or PSVariable:
                    continue;
                case IEnumerable sequence when item is Array or ICollection:
                    foreach (object? element in sequence)
                    {
                        if (element is not null)
                            next.Push(element);
                    }
                    break;
            }
            for (Type? type = item.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            {
                foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    if (!field.FieldType.IsPrimitive && !field.FieldType.IsPointer && field.GetValue(item) is { } value)
                        next.Push(value);
                }
            }
        }
    }

    private sealed class Holder
    {
        private readonly object[] _inner = [new List<byte[]> { Encoding.UTF8.GetBytes(Password) }];

        public override string ToString() => _inner.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
