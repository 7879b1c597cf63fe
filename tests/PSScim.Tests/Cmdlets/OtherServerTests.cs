using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Threading;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Writing to servers that are not Entra: versions, filters that are ignored, answers that never come.</summary>
public sealed class OtherServerTests : IDisposable
{
    private readonly RecordingHost _host = new();
    private readonly Engine _engine;
    private OtherServer? _server;

    public OtherServerTests()
    {
        _engine = new Engine(host: _host);
        _engine.Set("t", Engine.Secure("token")).Set("p", Engine.Secure("Correct-Horse-7"));
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim");
        _engine.Dispose();
        _server?.Dispose();
    }

    [Fact]
    public void A_change_must_not_undo_anothers_where_the_server_gives_versions()
    {
        int version = 1;
        string User() => $$$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ann","title":"a","meta":{"version":"W/\"{{{version}}}\""}}""";
        using var server = new OtherServer(request => request.HttpMethod == "GET"
            ? (200, User())
            : request.Headers["If-Match"] is string wanted && wanted != $"W/\"{version}\""
                ? (412, """{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"412","detail":"Changed meanwhile"}""")
                : (200, User()));
        _engine.Set("b", server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t; $u = Get-ScimUser -Id 1; $u.title = 'b'; $u | Set-ScimUser -IfUnchanged");
        version = 2;
        ErrorRecord error = _engine.Bad("$u.title = 'c'; $u | Set-ScimUser -IfUnchanged");
        Assert.StartsWith("PreconditionFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidOperation, error.CategoryInfo.Category);
        Assert.Equal(412, Assert.IsType<ScimException>(error.Exception).Status);
        Assert.StartsWith("PreconditionFailed,", _engine.Bad("$u | Remove-ScimUser -IfUnchanged -Confirm:$false").FullyQualifiedErrorId, StringComparison.Ordinal);
        // Nobody asked for a check, or an id says nothing of a version.
        _engine.Good("$u | Set-ScimUser; Set-ScimUser 1 -Title d");
        Assert.Equal(
            ["GET", "PATCH W/\"1\"", "PATCH W/\"1\"", "DELETE W/\"1\"", "PATCH", "PATCH"],
            server.Asked.Select(asked => asked.Replace(" /scim/Users/1", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Where_a_filter_is_ignored_nothing_is_written()
    {
        using var server = new OtherServer(_ => (200, """{"totalResults":2,"Resources":[{"id":"1","userName":"bob"},{"id":"2","userName":"eve"}]}"""));
        ErrorRecord error = _engine.Set("b", server.BaseUri).Bad("Connect-Scim -BaseUri $b -AccessToken $t; Set-ScimUser -UserName ann -Title x");
        Assert.Contains("ann", error.Exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(_engine.Run("Remove-ScimUser -UserName ann -Confirm:$false; @{ userName = 'ann'; title = 'x' } | Set-ScimUser").Errors);
        Assert.All(server.Asked, asked => Assert.StartsWith("GET", asked, StringComparison.Ordinal));
    }

    [Fact]
    public void After_Ctrl_C_what_is_done_and_what_is_not_known_is_told_apart()
    {
        using var arrived = new ManualResetEventSlim();
        using var stopping = new ManualResetEventSlim();
        // Which row is sent first is not said.
        var posted = new List<string>();
        _server = new OtherServer(request =>
        {
            if (request.HttpMethod == "POST")
            {
                using var body = JsonDocument.Parse(request.InputStream);
                string name = body.RootElement.GetProperty("userName").GetString()!;
                lock (posted)
                    posted.Add(name);
                if (posted.Count == 1)
                    return (201, $$"""{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"{{name}}"}""");
            }
            // The answer to the second, and to whatever is asked about it, never comes.
            arrived.Set();
            stopping.Wait();
            return null;
        });
        _engine.Set("b", _server.BaseUri).Good("Connect-Scim -BaseUri $b -AccessToken $t -MaximumRetryCount 0");
        using var shell = PowerShell.Create();
        shell.Runspace = _engine.Runspace;
        shell.InvocationStateChanged += (_, change) =>
        {
            if (change.InvocationStateInfo.State == PSInvocationState.Stopping)
                stopping.Set();
        };
        shell.AddScript("1..2 | ForEach-Object { @{ userName = \"u$_\" } } | New-ScimUser -ThrottleLimit 1");
        var output = new PSDataCollection<PSObject>();
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        Assert.True(arrived.Wait(TimeSpan.FromSeconds(60)));
        shell.Stop();
        string[] told = [.. _host.Lines.Where(line => line.Contains("Row ", StringComparison.Ordinal))];
        Assert.Equal(2, posted.Count);
        string said = string.Join('\n', told);
        // The first came out of the pipeline, or is told of.
        Assert.True(output.Count == 1 || told.Any(line => line.Contains($"({posted[0]}): done", StringComparison.Ordinal)), said);
        Assert.True(told.Any(line => line.Contains($"({posted[1]}): unknown", StringComparison.Ordinal)), said);
    }
}
