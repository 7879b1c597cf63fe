using System;
using System.IO;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.SignIn;

namespace PSScim.Tests.Runbooks;

/// <summary>What a job that is evicted finds again when it is started anew: a folder of its own, and its script in it.</summary>
internal sealed class JobFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("psscim-job-").FullName;

    /// <summary>The path of a file.</summary>
    internal string this[string name] => Path.Combine(_folder, name);

    /// <summary>Writes a script that connects to the service, and then does as it is told. $password is one that the service takes.</summary>
    internal string Script(Identities service, string body, string connecting = "")
    {
        ScimEmulator emulator = service.Emulator;
        string path = this["job.ps1"];
        File.WriteAllText(path, $$"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{{Engine.ModulePath}}'
            $secret, $password = foreach ($text in '{{emulator.ClientSecret}}', 'Correct-Horse-9') {
                $secure = [securestring]::new()
                foreach ($c in $text.ToCharArray()) { $secure.AppendChar($c) }
                $secure
            }
            Connect-Scim -TenantId {{emulator.TenantId}} -ClientId {{emulator.ClientId}} -ClientSecret $secret -BaseUri {{emulator.BaseUri}} -Authority {{emulator.Authority}} {{connecting}}
            {{body}}
            """);
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
