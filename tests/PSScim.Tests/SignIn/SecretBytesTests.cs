using System;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using PSScim.Native;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.SignIn;

/// <summary>A secret on the managed side: at one place, and wiped.</summary>
public sealed class SecretBytesTests
{
    [Fact]
    public void The_collector_does_not_move_it()
    {
        // Each among garbage, so that what may be moved is.
        (SecretBytes Secret, byte[] Other)[] kept = [.. Enumerable.Range(0, 100).Select(_ => (Wasting(() => SecretBytes.Of("a token")), Wasting(() => new byte[7])))];
        nint[] secrets = [.. kept.Select(k => Place(k.Secret.Bytes))], others = [.. kept.Select(k => Place(k.Other))];
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        Assert.Equal(secrets, kept.Select(k => Place(k.Secret.Bytes)));
        Assert.NotEqual(others, kept.Select(k => Place(k.Other)));
        foreach ((SecretBytes secret, _) in kept)
        {
            Assert.Equal("a token", Encoding.UTF8.GetString(secret.Bytes));
            secret.Dispose();
        }
    }

    [Fact]
    public void It_is_wiped()
    {
        byte[] text = Encoding.UTF8.GetBytes("a token");
        SecretBytes secret = SecretBytes.Taking(text);
        Assert.Equal(new byte[7], text);
        byte[] bytes = secret.Bytes;
        secret.Dispose();
        secret.Dispose();
        Assert.Equal(new byte[7], bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wörd \U0001F511")]
    public void A_secure_string_survives_the_way_there_and_back(string text)
    {
        using SecretBytes secret = SecretText.Encode(Engine.Secure(text));
        Assert.Equal(text, Encoding.UTF8.GetString(secret.Bytes));
        Assert.Equal(text, new System.Net.NetworkCredential("", SecretText.Decode(secret)).Password);
    }

    [Fact]
    public void A_block_that_grows_holds_all_that_was_added()
    {
        using var block = new SecretBlock();
        string large = new('x', 5000);
        block.Add("A", SecretBytes.Of("1"));
        block.Add("B", SecretBytes.Of(large));
        using SecretBytes all = block.ToSecret();
        Assert.Equal($"A=1\0B={large}\0", Encoding.UTF8.GetString(all.Bytes));
    }

    private static T Wasting<T>(Func<T> make)
    {
        for (int i = 0; i < 100; i++)
            GC.KeepAlive(new byte[100]);
        return make();
    }

    private static nint Place(byte[] bytes) => Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0);
}
