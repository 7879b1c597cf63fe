using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using PSScim.Tests.Pwsh;
using PSScim.Tests.SignIn;
using Xunit;

namespace PSScim.Tests.Runbooks;

/// <summary>Long jobs under what Azure Automation does to them.</summary>
public sealed class RunbookTests
{
    [SandboxFact]
    public async Task The_tour_of_100_000_users_fits_into_the_sandbox()
    {
        using Sandbox sandbox = Sandbox.TryMake(out _)!;
        PwshResult result = await sandbox.Run(Path.Combine(Engine.Root, "examples", "tour.ps1"), "-Users", "100000");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("of 100,000 users are inactive", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
        // The kernel would have ended it at the cap; that it came near would be a warning for the next change.
        Assert.InRange(sandbox.Peak, 1, Sandbox.Memory * 9 / 10);
    }

    /// <summary>A job that is evicted three times, each time in the middle, and started again.</summary>
    [SandboxFact]
    public async Task A_killed_job_that_writes_goes_on_by_its_journal()
    {
        const int Rows = 400;
        using var service = new Identities();
        using Sandbox sandbox = Sandbox.TryMake(out _)!;
        using var files = new JobFiles();
        string script = files.Script(service, $$"""
            $rows = foreach ($i in 1..{{Rows}}) {
                @{ UserName = "job-$i@contoso.com"; DisplayName = "Job $i"; GivenName = 'Job'; FamilyName = "$i"; Enabled = $true }
            }
            $rows | New-ScimUser -Password $password -Journal '{{files["journal"]}}' -ErrorAction Stop
            """);
        foreach (int kill in (int[])[1, 2, 3])
        {
            // One request is never answered, so that the job cannot end before it is killed.
            service.Inject("""{"action":"hang","method":"POST","path":"/users","skip":90}""");
            await sandbox.KillWhen(() => service.Count("faulted") == kill, script);
            service.ClearFaults();
        }
        PwshResult last = await sandbox.Run(script);
        Assert.True(last.ExitCode == 0, last.Output + last.Error);
        string[] made = Read(service, "Get-ScimUser -Attributes userName | Where-Object userName -Like 'job-*' | ForEach-Object userName");
        Assert.Equal(Enumerable.Range(1, Rows).Select(i => $"job-{i}@contoso.com").Order(), made.Order());
        // What was in flight at a kill may be sent once more, and is refused or found; nothing that was settled is.
        Assert.InRange(service.Count("create"), Rows, Rows + 3 * 8);
        Assert.InRange(sandbox.Peak, 1, Sandbox.Memory * 9 / 10);
    }

    /// <summary>A list that an error ends, gone on with from its cursor by a job that is killed, and by another.</summary>
    [SandboxFact]
    public async Task A_killed_job_that_lists_goes_on_from_its_cursor()
    {
        using var service = new Identities();
        using Sandbox sandbox = Sandbox.TryMake(out _)!;
        using var files = new JobFiles();
        string Job(string more) => files.Script(service, $$"""
            $state, $out = '{{files["cursor"]}}', '{{files["users"]}}'
            $cursor, $good = if ([IO.File]::Exists($state)) { [IO.File]::ReadAllLines($state) }
            $file = [IO.File]::OpenWrite($out)
            # What was written behind the cursor comes again.
            $file.SetLength([long]$good)
            $file.Position = [long]$good
            $writer = [IO.StreamWriter]::new($file)
            $query = if ($cursor) { @{ Cursor = $cursor } } else { @{} }
            try { Get-ScimUser @query -PageSize 20 -Attributes id -ErrorAction Stop | ForEach-Object { $writer.WriteLine($_.id); $writer.Flush() } }
            catch { [IO.File]::WriteAllLines($state, [string[]]($_.Exception.Cursor, $file.Position)); exit 3 }
            """, more);
        // A token and four pages.
        PwshResult broke = await sandbox.Run(Job("-RequestBudget 5"));
        Assert.True(broke.ExitCode == 3, broke.Output + broke.Error);
        int first = File.ReadAllLines(files["users"]).Length;
        Assert.InRange(first, 60, 100);

        // Three pages more, and the next never comes.
        service.Inject("""{"action":"hang","path":"/users","skip":3}""");
        await sandbox.KillWhen(() => service.Count("faulted") == 1, Job(""));
        service.ClearFaults();

        PwshResult last = await sandbox.Run(Job(""));
        Assert.True(last.ExitCode == 0, last.Output + last.Error);
        Assert.Equal(Read(service, "Get-ScimUser -Attributes id | ForEach-Object id"), File.ReadAllLines(files["users"]));
    }

    /// <summary>What the directory holds in the end.</summary>
    private static string[] Read(Identities service, string script)
    {
        service.Engine.Good($"{Identities.Connect} -ClientSecret $secret");
        return [.. service.Engine.Good(script).Select(found => found.ToString())];
    }
}
