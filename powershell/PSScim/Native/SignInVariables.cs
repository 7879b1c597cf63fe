using System;
using System.Collections.Generic;
using System.Text;

namespace PSScim.Native;

/// <summary>
/// The environment variables that signing in may need. What <c>$env:</c> sets stays within .NET on Unix, so the library
/// gets them from here.
/// </summary>
internal static class SignInVariables
{
    private static readonly string[] s_names =
    [
        "AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST",
        "AZURE_POD_IDENTITY_AUTHORITY_HOST", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT",
        "IMDS_ENDPOINT", "MSI_ENDPOINT", "MSI_SECRET", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN", "ProgramData",
    ];

    /// <summary><c>NAME=value</c> with a NUL behind each, in UTF-8. The caller wipes it.</summary>
    internal static byte[] Block()
    {
        var block = new List<byte>(4096);
        foreach (string name in s_names)
        {
            string? value = System.Environment.GetEnvironmentVariable(name);
            if (!string.IsNullOrEmpty(value))
                block.AddRange(Encoding.UTF8.GetBytes($"{name}={value}\0"));
        }
        return block.ToArray();
    }
}
