using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Management.Automation;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>
/// The ways to sign in that the environment tells of. Environment variables are the process's, so tests that set some run
/// one after another.
/// </summary>
[Collection("Environment")]
public sealed class EnvironmentTests : IDisposable
{
    private readonly Identities _identities = new();
    private readonly List<string> _set = [];

    private Engine Engine => _identities.Engine;

    private string Authority => _identities.Emulator.Authority;

    public void Dispose()
    {
        _set.ForEach(name => Environment.SetEnvironmentVariable(name, null));
        _identities.Dispose();
    }

    private void Set(params (string Name, string Value)[] variables)
    {
        foreach ((string name, string value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
            _set.Add(name);
        }
    }

    [Fact]
    public void App_Service_Functions_and_Automation_give_a_token()
    {
        Set(("IDENTITY_ENDPOINT", Authority + "/identity/app-service"), ("IDENTITY_HEADER", Identities.IdentityHeader));
        Engine.Good("Connect-Scim -Identity -BaseUri $e.BaseUri");
        Assert.Equal("ManagedIdentity", _identities.ReadsAUser().Credential);
    }

    [Fact]
    public void A_user_assigned_identity_is_named_by_its_client_id()
    {
        Set(("IDENTITY_ENDPOINT", Authority + "/identity/app-service"), ("IDENTITY_HEADER", Identities.IdentityHeader));
        Engine.Good("Connect-Scim -Identity -ClientId $e.ClientId -BaseUri $e.BaseUri");
        Assert.Equal(_identities.Emulator.ClientId, _identities.ReadsAUser().ClientId);
        ErrorRecord error = Engine.Bad("Connect-Scim -Identity -ClientId 11111111-2222-3333-4444-555555555555 -BaseUri $e.BaseUri");
        Assert.StartsWith("ManagedIdentityUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("Identity not found", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_virtual_machines_metadata_service_gives_a_token()
    {
        Set(("AZURE_POD_IDENTITY_AUTHORITY_HOST", Authority));
        Engine.Good("Connect-Scim -Identity -BaseUri $e.BaseUri");
        Assert.Equal("ManagedIdentity", _identities.ReadsAUser().Credential);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public void The_metadata_service_is_asked_again(int status)
    {
        Set(("AZURE_POD_IDENTITY_AUTHORITY_HOST", Authority));
        // The first request only looks whether it is there.
        _identities.Inject($$"""{"action":"status","status":{{status}},"path":"/metadata/","skip":1}""");
        Engine.Result result = Engine.Run("Connect-Scim -Identity -BaseUri $e.BaseUri -Verbose");
        Assert.Empty(result.Errors);
        Assert.Contains(result.Verbose, line => line.Contains($"HTTP status {status}", StringComparison.Ordinal) && line.Contains("before retry 1", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_there_is_no_metadata_service_it_gives_up_quickly()
    {
        Set(("AZURE_POD_IDENTITY_AUTHORITY_HOST", $"http://127.0.0.1:{Ports.Free()}"));
        var clock = Stopwatch.StartNew();
        ErrorRecord error = Engine.Bad("Connect-Scim -Identity -BaseUri $e.BaseUri");
        Assert.StartsWith("ManagedIdentityUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        // Its retries alone would take 52 s.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 15);
    }

    [Fact]
    public void Azure_Arc_names_a_key_file_that_only_administrators_can_read()
    {
        Set(("IDENTITY_ENDPOINT", Authority + "/identity/arc"), ("IMDS_ENDPOINT", "http://127.0.0.1:40342"));
        string folder = OperatingSystem.IsWindows()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "AzureConnectedMachineAgent", "Tokens")
            : "/var/opt/azcmagent/tokens";
        ErrorRecord error = Engine.Bad("Connect-Scim -Identity -BaseUri $e.BaseUri");
        Assert.StartsWith("ManagedIdentityUnavailable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("emulator.key", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("system-assigned", Engine.Bad("Connect-Scim -Identity -ClientId x -BaseUri $e.BaseUri").Exception.Message, StringComparison.Ordinal);
        if (!Environment.IsPrivilegedProcess || Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        try
        {
            File.WriteAllText(Path.Combine(folder, "emulator.key"), "emulator-arc-key\n");
            Engine.Good("Connect-Scim -Identity -BaseUri $e.BaseUri");
            Assert.Equal("ManagedIdentity", _identities.ReadsAUser().Credential);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_places_are_tried_in_the_order_of_Azure_Identity()
    {
        string token = Path.GetTempFileName();
        try
        {
            File.WriteAllText(token, _identities.OutsideToken());
            // From the last to the first: each that is added takes the place of the one before.
            Set(("AZURE_POD_IDENTITY_AUTHORITY_HOST", Authority));
            Connects("ManagedIdentity");
            Set(("AZURE_FEDERATED_TOKEN_FILE", token), ("AZURE_TENANT_ID", _identities.Emulator.TenantId),
                ("AZURE_CLIENT_ID", _identities.Emulator.ClientId), ("AZURE_AUTHORITY_HOST", Authority));
            Connects("FederatedTokenFile");
            Set(("IDENTITY_ENDPOINT", Authority + "/identity/arc"), ("IMDS_ENDPOINT", "http://127.0.0.1:40342"));
            Refuses("Azure Arc");
            Set(("MSI_ENDPOINT", Authority + "/identity/app-service"));
            Refuses("Cloud Shell");
            Set(("IDENTITY_HEADER", Identities.IdentityHeader), ("IDENTITY_ENDPOINT", Authority + "/identity/app-service"));
            Connects("ManagedIdentity");
            Set(("IDENTITY_SERVER_THUMBPRINT", "x"));
            Refuses("Service Fabric");
        }
        finally
        {
            File.Delete(token);
        }
    }

    private void Connects(string credential)
    {
        Engine.Good("Connect-Scim -Identity -BaseUri $e.BaseUri");
        Assert.Equal(credential, _identities.ReadsAUser().Credential);
    }

    private void Refuses(string words) =>
        Assert.Contains(words, Engine.Bad("Connect-Scim -Identity -BaseUri $e.BaseUri").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void GitHub_Actions_gives_a_token_for_each_sign_in()
    {
        Set(("ACTIONS_ID_TOKEN_REQUEST_URL", Authority + "/issuer/github?api-version=2.0"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", Identities.JobToken));
        Engine.Good($"{Identities.Connect} -GitHubActions");
        ScimConnection connection = _identities.ReadsAUser();
        Assert.Equal(("GitHubActions", 2L), (connection.Credential, connection.TokenRequests));
        _identities.ExpireTokens();
        Assert.Equal(4, _identities.ReadsAUser().TokenRequests);
    }

    [Fact]
    public void Azure_DevOps_gives_a_token_for_each_sign_in()
    {
        Set(("SYSTEM_OIDCREQUESTURI", Authority + "/issuer/azure-devops"), ("SYSTEM_ACCESSTOKEN", Identities.JobToken));
        Engine.Good($"{Identities.Connect} -AzureDevOps -ServiceConnectionId c0ffee");
        Assert.Equal("AzureDevOps", _identities.ReadsAUser().Credential);
    }

    [Theory]
    [InlineData("-GitHubActions", "ACTIONS_ID_TOKEN_REQUEST_URL")]
    [InlineData("-AzureDevOps -ServiceConnectionId x", "SYSTEM_OIDCREQUESTURI")]
    public void A_job_that_may_not_ask_is_told_what_it_lacks(string parameters, string variable) =>
        Assert.Contains(variable, Engine.Bad($"{Identities.Connect} {parameters}").Exception.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("secret", "ClientSecret")]
    [InlineData("pfx", "Certificate")]
    [InlineData("pem", "Certificate")]
    [InlineData("token", "FederatedTokenFile")]
    public void The_AZURE_variables_name_client_and_credential(string kind, string credential)
    {
        string token = Path.GetTempFileName();
        try
        {
            File.WriteAllText(token, _identities.OutsideToken());
            Set(("AZURE_TENANT_ID", _identities.Emulator.TenantId), ("AZURE_CLIENT_ID", _identities.Emulator.ClientId), ("AZURE_AUTHORITY_HOST", Authority));
            switch (kind)
            {
                case "secret":
                    Set(("AZURE_CLIENT_SECRET", _identities.Emulator.ClientSecret));
                    break;
                case "pfx":
                    Set(("AZURE_CLIENT_CERTIFICATE_PATH", Identities.Asset("rsa.pfx")), ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "pfx-password"));
                    break;
                case "pem":
                    Set(("AZURE_CLIENT_CERTIFICATE_PATH", Identities.Asset("rsa.pem")));
                    break;
                default:
                    Set(("AZURE_FEDERATED_TOKEN_FILE", token));
                    break;
            }
            Engine.Good("Connect-Scim -EnvironmentVariable -BaseUri $e.BaseUri");
            Assert.Equal(credential, _identities.ReadsAUser().Credential);
        }
        finally
        {
            File.Delete(token);
        }
    }

    [Fact]
    public void A_variable_that_is_missing_is_named()
    {
        Assert.Contains("AZURE_TENANT_ID", Engine.Bad("Connect-Scim -EnvironmentVariable").Exception.Message, StringComparison.Ordinal);
        Set(("AZURE_TENANT_ID", "t"));
        Assert.Contains("AZURE_CLIENT_ID", Engine.Bad("Connect-Scim -EnvironmentVariable").Exception.Message, StringComparison.Ordinal);
        Set(("AZURE_CLIENT_ID", "c"));
        Assert.Contains("AZURE_FEDERATED_TOKEN_FILE", Engine.Bad("Connect-Scim -EnvironmentVariable").Exception.Message, StringComparison.Ordinal);
    }
}
