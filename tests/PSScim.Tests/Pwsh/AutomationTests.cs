using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;
using Xunit;

namespace PSScim.Tests.Pwsh;

/// <summary>What Azure Automation and Functions give a runbook, as far as it can be had without Azure.</summary>
public sealed class AutomationTests : IDisposable
{
    private readonly InstalledModule _installed = new();

    public void Dispose() => _installed.Dispose();

    [Fact]
    public async Task A_runbook_without_profile_folder_or_console_gives_its_results_and_nothing_else()
    {
        _installed.Install();
        var nobody = new Dictionary<string, string?>
        {
            ["HOME"] = null, ["USERPROFILE"] = null, ["APPDATA"] = null, ["LOCALAPPDATA"] = null,
            ["XDG_CONFIG_HOME"] = null, ["XDG_CACHE_HOME"] = null, ["TERM"] = null,
        };
        PwshResult result = await _installed.Run(
            """
            $ErrorActionPreference = 'Stop'
            Import-Module PSScim
            function Show($what, $made) { "$what $(@(foreach ($one in $made) { if ($one -is [PSScim.ScimUser]) { 'ScimUser' } elseif ($one -is [PSScim.ScimGroup]) { 'ScimGroup' } else { $one.GetType().Name } }) -join ',')" }
            Show start (Start-ScimEmulator -Users 3)
            Show connect (Connect-Scim -Emulator)
            Show users (Get-ScimUser)
            Show groups (Get-ScimGroup -First 1)
            Show none (Get-ScimUser -Filter 'userName eq "nobody@example.com"')
            try { Get-ScimUser -Id 00000000-0000-0000-0000-000000000001; 'went on' } catch { $_.FullyQualifiedErrorId }
            Show disconnect (Disconnect-Scim)
            Show stop (Stop-ScimEmulator)
            """, nobody);
        Assert.Equal(
            new PwshResult(0, """
                start 
                connect 
                users ScimUser,ScimUser,ScimUser
                groups ScimGroup
                none 
                ResourceNotFound,PSScim.Commands.GetScimUserCommand
                disconnect 
                stop 

                """.ReplaceLineEndings("\n"), ""),
            result);
    }

    /// <summary>Az and Microsoft.Graph carry these two, each in a version of its own.</summary>
    private const string Other = """
        foreach ($name in 'Newtonsoft.Json', 'Microsoft.IdentityModel.Abstractions', 'Microsoft.Identity.Client') {
            $null = [Reflection.Assembly]::LoadFrom("$PSScriptRoot/$name.dll")
        }
        function Get-Other {
            [Newtonsoft.Json.JsonConvert]::SerializeObject('json')
            [Microsoft.Identity.Client.ConfidentialClientApplicationBuilder]::Create('msal').WithClientSecret('x').Build().AppConfig.ClientId
        }
        """;

    private const string Use = "Start-ScimEmulator -Users 3; Connect-Scim -Emulator; (Get-ScimUser).Count; Get-Other";

    [Theory]
    [InlineData("Import-Module {0}; Import-Module {1};")]
    [InlineData("Import-Module {1}; Import-Module {0};")]
    public async Task Beside_a_module_with_other_versions_of_common_assemblies_both_work(string imports)
    {
        string module = _installed.Install();
        string other = Directory.CreateDirectory(Path.Combine(_installed.ModulePath, "Other")).FullName;
        await File.WriteAllTextAsync(Path.Combine(other, "Other.psm1"), Other);
        foreach (string file in OtherAssemblies())
            File.Copy(file, Path.Combine(other, Path.GetFileName(file)));
        PwshResult result = await PwshProcess.Run("-Command",
            imports.Replace("{0}", $"'{Path.Combine(module, "PSScim.psd1")}'", StringComparison.Ordinal).Replace("{1}", $"'{Path.Combine(other, "Other.psm1")}'", StringComparison.Ordinal)
            + Use + $"; [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object {{ -not $_.IsDynamic -and $_.Location.StartsWith('{module}') }} | ForEach-Object {{ $_.GetName().Name }}");
        // The last line: of all assemblies that are loaded, one is PSScim's.
        Assert.Equal(new PwshResult(0, "3\n\"json\"\nmsal\nPSScim\n", ""), result);
    }

    private static IEnumerable<string> OtherAssemblies()
    {
        string packages = typeof(AutomationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "NuGetPackages").Value!;
        return
        [
            Path.Combine(packages, "newtonsoft.json", "12.0.3", "lib", "netstandard2.0", "Newtonsoft.Json.dll"),
            Path.Combine(packages, "microsoft.identitymodel.abstractions", "6.35.0", "lib", "netstandard2.0", "Microsoft.IdentityModel.Abstractions.dll"),
            Path.Combine(packages, "microsoft.identity.client", "4.73.1", "lib", "netstandard2.0", "Microsoft.Identity.Client.dll"),
        ];
    }
}
