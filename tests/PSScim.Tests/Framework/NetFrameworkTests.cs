using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;
using Xunit;

namespace PSScim.Tests.Framework;

/// <summary>The assembly on the .NET Framework's class library, as far as mono is like it: tests/NetFramework.</summary>
public sealed class NetFrameworkTests
{
    [MonoFact]
    public async Task P_Invoke_handles_records_and_emitted_types_work_under_mono()
    {
        using var installed = new InstalledModule();
        string module = installed.Install();
        string driver = Path.Combine(Engine.Root, "tests", "NetFramework", "bin", Configuration(), "net472");
        foreach (string name in new[] { "NetFramework.exe", "System.Management.Automation.dll" })
            File.Copy(Path.Combine(driver, name), Path.Combine(module, name));
        // Mono asks this file where a library is; on Windows the module loads it by its path.
        await File.WriteAllTextAsync(
            Path.Combine(module, "PSScim.dll.config"),
            $"<configuration><dllmap dll=\"scim_native\" target=\"{InstalledModule.LibraryOf(module)}\"/></configuration>");

        using Process mono = Process.Start(new ProcessStartInfo(MonoFactAttribute.Mono, [Path.Combine(module, "NetFramework.exe")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = mono.StandardOutput.ReadToEndAsync(), error = mono.StandardError.ReadToEndAsync();
        try
        {
            await mono.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (TimeoutException)
        {
            mono.Kill();
            throw;
        }
        Assert.Equal("", await error);
        Assert.Equal(
            """
            users 250
            type True True
            userName True
            givenName True
            emails True
            created True
            title Captain
            json True
            missing ResourceNotFound
            wrote Done True 
            wrote Failed False Uniqueness
            written Done
            exported 252 1
            refused AuthenticationFailed
            closed Failed

            """.ReplaceLineEndings("\n"),
            await output);
        Assert.Equal(0, mono.ExitCode);
    }

    /// <summary>The driver is built in the same configuration as these tests.</summary>
    private static string Configuration() =>
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))!);
}

/// <summary>A test that needs mono with its netstandard facade (on Debian: mono-runtime and mono-devel).</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MonoFactAttribute : FactAttribute
{
    internal const string Mono = "/usr/bin/mono";

    public MonoFactAttribute()
    {
        if (!File.Exists(Mono) || !File.Exists("/usr/lib/mono/4.5/Facades/netstandard.dll"))
            Skip = $"There is no {Mono} with the netstandard facade (Debian: mono-runtime, mono-devel).";
    }
}
