using System;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Threading;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>Reading users and groups through the engine, against the emulator.</summary>
public sealed class ReadTests : IDisposable
{
    private readonly Engine _engine = new();

    public ReadTests() => _engine.Good("$e = Start-ScimEmulator -Users 1250 -Groups 40 -PassThru; Connect-Scim -Emulator");

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    private long Requests(string script)
    {
        long before = (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject;
        _engine.Good(script);
        return (long)_engine.Good("(Get-ScimContext).Requests")[0].BaseObject - before;
    }

    [Fact]
    public void Everything_comes_by_default_and_once()
    {
        Assert.Equal(13, Requests("$all = Get-ScimUser"));
        Assert.Equal(1250, _engine.Good("$all.Count")[0].BaseObject);
        Assert.Equal(1250, _engine.Good("$all | ForEach-Object id").Select(i => (string)i.BaseObject).Distinct().Count());
        Assert.Equal(40, _engine.Good("Get-ScimGroup").Length);
    }

    [Fact]
    public void Named_attributes_make_large_pages_and_narrow_objects()
    {
        Assert.Equal(2, Requests("$all = Get-ScimUser -Attributes id,userName,displayName,active"));
        PSObject first = _engine.Good("$all[0]")[0];
        Assert.Equal(["id", "userName", "displayName", "active"], first.Properties.Select(p => p.Name));
        Assert.IsType<bool>(first.Properties["active"].Value);
    }

    [Fact]
    public void A_large_page_size_names_all_but_the_manager()
    {
        Assert.Equal(2, Requests("$all = Get-ScimUser -PageSize 999"));
        Assert.Equal(1250, _engine.Good("$all.Count")[0].BaseObject);
        PSObject enterprise = _engine.Good("$all[5].'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'")[0];
        Assert.NotNull(enterprise.Properties["department"]);
        Assert.Null(enterprise.Properties["manager"]);
        Assert.NotNull(_engine.Good("(Get-ScimUser -First 1).'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'")[0].Properties["manager"]);
    }

    [Theory]
    [InlineData("Get-ScimUser -First 1", 1, 1)]
    [InlineData("Get-ScimUser -First 100", 1, 100)]
    [InlineData("Get-ScimUser -First 101", 2, 101)]
    [InlineData("Get-ScimUser -First 5 -Skip 98 -PageSize 100", 2, 5)]
    [InlineData("Get-ScimUser -First 0", 0, 0)]
    [InlineData("Get-ScimUser -Skip 1249", 13, 1)]
    [InlineData("Get-ScimUser -Skip 5000", 13, 0)]
    [InlineData("Get-ScimUser -First 1000 -Attributes userName", 2, 1000)]
    public void No_page_is_asked_for_that_nobody_wants(string command, int requests, int users)
    {
        Assert.Equal(requests, Requests($"$got = @({command})"));
        Assert.Equal(users, _engine.Good("$got.Count")[0].BaseObject);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(50, 1)]
    [InlineData(150, 2)]
    public void A_pipeline_that_stops_stops_the_requests(int stopAt, int requests)
    {
        // Select-Object -First is not part of the engine package; it stops the pipeline by the same exception as this.
        _engine.Set("stop", new StopAfter(stopAt));
        Assert.Equal(requests, Requests("Get-ScimUser | & { process { $stop.Next() } }; "));
    }

    [Fact]
    public void The_total_comes_where_the_server_says_it()
    {
        PSObject[] output = _engine.Good("Get-ScimUser -First 3 -Filter 'userName eq \"nobody@nowhere.example\"' -IncludeTotalCount");
        Assert.Equal(0UL, Assert.Single(output).BaseObject);
    }

    [Fact]
    public void Ids_come_from_parameters_strings_objects_and_properties()
    {
        _engine.Good("$some = @(Get-ScimUser -First 3); $ids = $some | ForEach-Object id");
        foreach (string script in new[]
        {
            "Get-ScimUser -Id $ids",
            "$ids | Get-ScimUser",
            "$some | Get-ScimUser",
            "Get-ScimUser -Id $some",
            "$ids | ForEach-Object { [pscustomobject]@{ Id = $_; Other = 1 } } | Get-ScimUser",
            "Get-ScimUser -First 3 | Get-ScimUser -Attributes userName",
        })
            Assert.Equal(
                _engine.Good("$ids").Select(i => i.ToString()),
                _engine.Good(script).Select(u => (string)u.Properties["id"].Value));
    }

    [Fact]
    public void A_missing_user_is_one_error_and_the_others_come()
    {
        Engine.Result result = _engine.Run("$ids = Get-ScimUser -First 2 | ForEach-Object id; $ids[0], '00000000-0000-0000-0000-00000000dead', $ids[1] | Get-ScimUser");
        Assert.Equal(2, result.Output.Length);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal("ResourceNotFound,PSScim.Commands.GetScimUserCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal("00000000-0000-0000-0000-00000000dead", error.TargetObject);
        var exception = Assert.IsType<ScimException>(error.Exception);
        Assert.Equal(404, exception.Status);
        Assert.NotNull(exception.RequestId);
        Assert.EndsWith(exception.Advice, error.ErrorDetails.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("''", "ParameterArgumentValidationError")]
    [InlineData("'..'", "InvalidId")]
    public void An_id_that_cannot_be_is_refused(string id, string error) =>
        Assert.StartsWith(error, _engine.Bad($"Get-ScimUser -Id {id}").FullyQualifiedErrorId, StringComparison.Ordinal);

    [Fact]
    public void An_id_never_becomes_another_path()
    {
        // A proxy may turn %2F back into a slash.
        foreach (string id in new[] { "../groups", "a/../b", "..\\groups" })
            Assert.StartsWith("InvalidId,", _engine.Bad($"Get-ScimUser -Id '{id}'").FullyQualifiedErrorId, StringComparison.Ordinal);
        foreach (string id in new[] { "a/b", "a\\b", "a?x=1", "a#b" })
        {
            ErrorRecord error = _engine.Bad($"Get-ScimUser -Id '{id}'");
            Assert.Contains("/rp/scim/users/", error.Exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_filter_chooses_at_the_service()
    {
        _engine.Good("$u = Get-ScimUser -First 1");
        Assert.Equal(1, _engine.Good("@(Get-ScimUser -Filter ('userName eq \"' + $u.userName + '\"')).Count")[0].BaseObject);
        Assert.Equal(1, _engine.Good("$g = Get-ScimGroup -First 1; @(Get-ScimGroup -Filter ('displayName eq \"' + $g.displayName + '\"')).Count")[0].BaseObject);
    }

    [Fact]
    public void Invalid_filter_is_reported_with_its_position_and_costs_nothing()
    {
        ErrorRecord? error = null;
        Assert.Equal(0, Requests("try { Get-ScimUser -Filter 'userName eq bob' -ErrorAction Stop } catch { $global:caught = $_ }"));
        error = (ErrorRecord)_engine.Good("$caught")[0].BaseObject;
        Assert.StartsWith("FilterSyntax,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("at character 13: the value isn't valid. For text, write \"bob\". Filter: userName eq bob", error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Exception.Message);
    }

    [Fact]
    public void Verbose_tells_of_each_request()
    {
        string[] lines = _engine.Run("Get-ScimUser -First 101 -Verbose").Verbose;
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^GET /rp/scim/users\?count=\d+.*: 200, \d+ bytes, \d+ ms, request ID \S+$", line));
    }

    [Fact]
    public void Discovery_is_readable()
    {
        Assert.Equal(true, _engine.Good("(Get-ScimServiceProviderConfig).pagination.cursor")[0].BaseObject);
        Assert.Contains("urn:ietf:params:scim:schemas:core:2.0:User", _engine.Good("Get-ScimSchema | ForEach-Object id").Select(i => i.ToString()));
        Assert.Equal("urn:ietf:params:scim:schemas:core:2.0:User", _engine.Good("(Get-ScimSchema -Id 'urn:ietf:params:scim:schemas:core:2.0:User').id")[0].ToString());
        Assert.Equal(2, _engine.Good("Get-ScimResourceType").Length);
    }

    [Fact]
    public void A_stopped_command_stops_at_once_whatever_the_network_does()
    {
        _engine.Good("$slow = Start-ScimEmulator -Users 10 -LatencyMilliseconds 30000 -PassThru");
        using var shell = PowerShell.Create();
        shell.Runspace = _engine.Runspace;
        // A token that the emulator will refuse, 30 s from now: the request is under way when the stop comes.
        _engine.Set("token", Engine.Secure("token"));
        _engine.Good("Connect-Scim -BaseUri $slow.BaseUri -AccessToken $token -Name slow");
        shell.AddScript("Get-ScimUser -Connection slow");
        IAsyncResult running = shell.BeginInvoke();
        Thread.Sleep(500);
        var clock = Stopwatch.StartNew();
        shell.Stop();
        clock.Stop();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        // 200 ms is what the user is promised; the margin is for a busy machine.
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
        _engine.Good("Stop-ScimEmulator $slow; Disconnect-Scim slow");
    }

    /// <summary>Stops the pipeline at the n-th object, as Select-Object -First does.</summary>
    public sealed class StopAfter(int count)
    {
        private int _seen;

        /// <summary>Counts an object.</summary>
        public void Next()
        {
            if (++_seen < count)
                return;
            Type type = typeof(PSObject).Assembly.GetType("System.Management.Automation.BreakException")!;
            throw (Exception)Activator.CreateInstance(type, nonPublic: true)!;
        }
    }
}
