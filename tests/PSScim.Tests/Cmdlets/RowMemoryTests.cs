using System;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>By itself: what other tests of this process keep meanwhile would count.</summary>
[CollectionDefinition(nameof(RowMemoryTests), DisableParallelization = true)]
[Collection(nameof(RowMemoryTests))]
public sealed class RowMemoryTests : IDisposable
{
    private readonly Engine _engine = new();

    public RowMemoryTests() => _engine.Good("$e = Start-ScimEmulator -Users 60 -Groups 5 -PassThru; Connect-Scim -Emulator");

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    [Fact]
    public void Memory_does_not_grow_with_the_rows()
    {
        const string Run = "$u = Get-ScimUser -First 1; & { foreach ($i in 1..5000) { @{ id = $u.id; active = 'no' } } } | Set-ScimUser -ErrorAction SilentlyContinue";
        _engine.Good("$global:ErrorActionPreference = 'SilentlyContinue'");
        _engine.Run(Run);
        _engine.Good("$error.Clear()");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        _engine.Run(Run);
        _engine.Good("$error.Clear()");
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 4 << 20);
    }
}
