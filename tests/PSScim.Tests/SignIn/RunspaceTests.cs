using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;
using System.Threading.Tasks;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>Many runspaces at once: one connection shared by all, and one each.</summary>
public sealed class RunspaceTests : IDisposable
{
    private const int Many = 50;
    private readonly Identities _identities = new();

    public void Dispose() => _identities.Dispose();

    [Fact]
    public void Fifty_runspaces_that_share_a_connection_make_one_token_request()
    {
        object connection = _identities.Engine.Good($"{Identities.Connect} -ClientSecret $secret -PassThru")[0].BaseObject;
        Assert.Equal(1, _identities.Count("token"));
        // All need a new token at the same moment.
        _identities.ExpireTokens();
        int[] users = AtOnce((engine, _) => engine.Set("c", connection).Good("Get-ScimUser -First 1 -Connection $c").Length);
        Assert.All(users, count => Assert.Equal(1, count));
        Assert.Equal(2, _identities.Count("token"));
    }

    [Fact]
    public void Fifty_runspaces_connected_to_tenants_of_their_own_never_see_each_others()
    {
        string Tenant(int n) => $"{n:x8}-0000-4000-8000-000000000000";
        string[] seen = AtOnce((engine, n) =>
        {
            PSObject[] found = engine.Set("tenant", Tenant(n)).Set("seed", n + 1).Good("""
                $null = Start-ScimEmulator -Users 5 -Groups 1 -Seed $seed -TenantId $tenant
                Connect-Scim -Emulator
                foreach ($turn in 1..5) { $user = Get-ScimUser -First 1 }
                @(Get-ScimContext -ListAvailable).Count
                (Get-ScimContext).TenantId
                (Get-ScimAccessToken -AsClaims).TenantId
                (Get-ScimContext).TokenRequests
                $user.id
                """);
            Assert.Equal([1, Tenant(n), Tenant(n), 1L], found.Take(4).Select(o => o.BaseObject));
            engine.Good("Disconnect-Scim; Stop-ScimEmulator");
            return (string)found[4].BaseObject;
        });
        Assert.Equal(Many, seen.Distinct().Count());
    }

    [Fact]
    public void A_list_outlives_its_token_and_a_token_that_is_refused_is_replaced_once_for_all()
    {
        _identities.Engine.Good($"{Identities.Connect} -ClientSecret $secret").ToString();
        _identities.Engine.Set("expire", (Action)_identities.ExpireTokens);
        PSObject[] users = _identities.Engine.Good("$n = 0; Get-ScimUser | ForEach-Object { if (++$n % 100 -eq 1) { $expire.Invoke() }; $_.id }");
        Assert.Equal(250, users.Distinct().Count());
        Assert.InRange((long)_identities.Engine.Good("(Get-ScimContext).TokenRequests")[0].BaseObject, 3, 4);
    }

    /// <summary>Does something in each of many runspaces of its own thread, all beginning at the same moment.</summary>
    private static T[] AtOnce<T>(Func<Engine, int, T> act)
    {
        using var ready = new Barrier(Many);
        var results = new T[Many];
        var failures = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Many).Select(n => new Thread(() =>
        {
            try
            {
                using var engine = new Engine();
                ready.SignalAndWait();
                results[n] = act(engine, n);
            }
            catch (Exception e)
            {
                lock (failures)
                    failures.Add(e);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return failures.Count == 0 ? results : throw new AggregateException(failures);
    }
}
