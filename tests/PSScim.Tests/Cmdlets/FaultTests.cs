using System;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using System.Threading;
using Xunit;

namespace PSScim.Tests.Cmdlets;

/// <summary>What a service can answer, and the error that a user meets: id, category, words, and where to go on.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly HttpClient s_http = new();
    private readonly Engine _engine = new();

    public FaultTests() => _engine.Good("""
        $e = Start-ScimEmulator -Users 350 -Groups 3 -PassThru
        Connect-Scim -Emulator -MaximumRetryCount 1 -TimeoutSec 2 -RetryIntervalSec 1
        """);

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator");
        _engine.Dispose();
    }

    private void Inject(string fault) => Send(HttpMethod.Post, new StringContent(fault, Encoding.UTF8, "application/json"));

    private void Send(HttpMethod method, HttpContent? body)
    {
        using var request = new HttpRequestMessage(method, _engine.Good("$e.Authority")[0] + "/__emulator/faults") { Content = body };
        request.Headers.Add("x-emulator-token", (string)_engine.Good("$e.ControlToken")[0].BaseObject);
        using HttpResponseMessage response = s_http.Send(request);
        response.EnsureSuccessStatusCode();
    }

    private static string Body(string text) =>
        $$"""{"action":"body","text":{{JsonSerializer.Serialize(text)}},"times":99,"skip":1}""";

    public static TheoryData<string, string, ErrorCategory> Faults => new()
    {
        { """{"action":"status","status":400,"times":99,"skip":1}""", "BadRequest", ErrorCategory.InvalidArgument },
        { """{"action":"status","status":401,"times":99,"skip":1}""", "InvalidAuthenticationToken", ErrorCategory.AuthenticationError },
        { """{"action":"status","status":403,"times":99,"skip":1}""", "InsufficientPrivileges", ErrorCategory.PermissionDenied },
        { """{"action":"status","status":404,"times":99,"skip":1}""", "ResourceNotFound", ErrorCategory.ObjectNotFound },
        { """{"action":"status","status":429,"retryAfter":"0","times":99,"skip":1}""", "TooManyRequests", ErrorCategory.LimitsExceeded },
        { """{"action":"status","status":503,"times":99,"skip":1}""", "ServerError", ErrorCategory.ResourceUnavailable },
        { """{"action":"apiNotEnabled","status":400,"times":99,"skip":1}""", "ApiNotEnabled", ErrorCategory.ResourceUnavailable },
        { """{"action":"apiNotEnabled","status":401,"subscription":true,"times":99,"skip":1}""", "ApiNotEnabled", ErrorCategory.ResourceUnavailable },
        { """{"action":"resetBefore","times":99,"skip":1}""", "ConnectionLost", ErrorCategory.ConnectionError },
        { """{"action":"hang","times":99,"skip":1}""", "Timeout", ErrorCategory.OperationTimeout },
        { """{"action":"garbageBody","times":99,"skip":1}""", "NotJson", ErrorCategory.InvalidData },
        { """{"action":"htmlBody","times":99,"skip":1}""", "HtmlBody", ErrorCategory.InvalidData },
        { Body("""{"resources":[{"id":"1"""), "TruncatedBody", ErrorCategory.InvalidData },
        { Body("""{"totalResults":3}"""), "NotAListResponse", ErrorCategory.InvalidData },
        { Body("""{"resources":[{"id":"\ud800"}]}"""), "InvalidText", ErrorCategory.InvalidData },
        { Body("""{"resources":[{"id":"1","id":"2"}]}"""), "DuplicateMember", ErrorCategory.InvalidData },
        { Body("{\"resources\":[{\"a\":" + new string('[', 10_000)), "NestedTooDeep", ErrorCategory.InvalidData },
        { """{"action":"body","text":"                ","repeat":67108864,"times":99,"skip":1}""", "BodyTooLarge", ErrorCategory.LimitsExceeded },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_list_that_breaks_has_given_what_came_and_says_where_to_go_on(string fault, string id, ErrorCategory category)
    {
        Inject(fault);
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.Equal(100, result.Output.Length);
        ErrorRecord error = Assert.Single(result.Errors);
        Assert.Equal(id + ",PSScim.Commands.GetScimUserCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        var exception = Assert.IsType<ScimException>(error.Exception);
        Assert.NotEmpty(exception.Advice);
        Assert.Contains("-Cursor", exception.Message, StringComparison.Ordinal);
        Send(HttpMethod.Delete, null);
        Assert.Equal(250, _engine.Set("cursor", exception.Cursor).Good("Get-ScimUser -Cursor $cursor").Length);
    }

    [Fact]
    public void A_large_page_that_breaks_off_is_asked_for_again_and_nobody_comes_twice()
    {
        Inject("""{"action":"cutBody","bytes":300000,"times":1}""");
        PSObject[] users = _engine.Good("Get-ScimUser -PageSize 350");
        Assert.Equal(350, users.Select(u => u.Properties["id"].Value).Distinct().Count());
        Assert.Equal(350, users.Length);
        Assert.Equal(1L, _engine.Good("(Get-ScimContext).Retries")[0].BaseObject);
    }

    [Fact]
    public void The_error_of_a_large_page_goes_on_behind_what_came_of_it()
    {
        Inject("""{"action":"cutBody","bytes":300000,"times":2}""");
        Engine.Result result = _engine.Run("Get-ScimUser -PageSize 350");
        var exception = Assert.IsType<ScimException>(Assert.Single(result.Errors).Exception);
        Assert.InRange(result.Output.Length, 1, 349);
        PSObject[] rest = _engine.Set("cursor", exception.Cursor).Good("Get-ScimUser -PageSize 350 -Cursor $cursor");
        Assert.Equal(350, result.Output.Concat(rest).Select(u => u.Properties["id"].Value).Distinct().Count());
        Assert.Equal(350, result.Output.Length + rest.Length);
    }

    [Fact]
    public void A_stop_is_heard_while_a_page_is_on_its_way()
    {
        _engine.Good("Connect-Scim -Emulator -TimeoutSec 60");
        Inject("""{"action":"stallBody","bytes":300000,"times":1}""");
        using var shell = PowerShell.Create();
        shell.Runspace = _engine.Runspace;
        shell.AddScript("Get-ScimUser -PageSize 350");
        using var first = new ManualResetEventSlim();
        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, _) => first.Set();
        shell.BeginInvoke<PSObject, PSObject>(null, output);
        // What has come of the page is there while the rest is not.
        Assert.True(first.Wait(TimeSpan.FromSeconds(30)));
        var clock = Stopwatch.StartNew();
        shell.Stop();
        clock.Stop();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        Assert.InRange(output.Count, 1, 349);
        // 200 ms is what the user is promised; the margin is for a busy machine.
        Assert.InRange(clock.ElapsedMilliseconds, 0, 1000);
    }

    [Fact]
    public void A_cursor_that_repeats_itself_ends_the_list()
    {
        Inject("""{"action":"repeatCursor","skip":1,"times":1000}""");
        Engine.Result result = _engine.Run("Get-ScimUser");
        Assert.Equal(200, result.Output.Length);
        Assert.Equal("PagingLoop,PSScim.Commands.GetScimUserCommand", Assert.Single(result.Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void What_passes_is_waited_out_and_told()
    {
        Inject("""{"action":"status","status":429,"retryAfter":"1","times":1}""");
        Engine.Result result = _engine.Run("Get-ScimUser -First 1 -Verbose");
        Assert.Single(result.Output);
        Assert.Empty(result.Errors);
        Assert.Contains(result.Verbose, line => line.StartsWith("429 Too Many Requests: waiting 1.", StringComparison.Ordinal));
        Assert.Equal(1L, _engine.Good("(Get-ScimContext).Retries")[0].BaseObject);
        Assert.Equal(1L, _engine.Good("(Get-ScimContext).BillableRequests")[0].BaseObject);
    }

    [Fact]
    public void Errors_can_be_silenced_and_caught()
    {
        Inject("""{"action":"status","status":403,"times":99}""");
        Assert.Empty(_engine.Run("'x' | Get-ScimUser -ErrorAction SilentlyContinue").Errors);
        Assert.Equal("caught", _engine.Good("try { Get-ScimUser -ErrorAction SilentlyContinue } catch [PSScim.ScimException] { 'caught' }")[0].ToString());
        Assert.Equal("caught", _engine.Good("try { Get-ScimUser -ErrorAction Stop } catch [PSScim.ScimException] { 'caught' }")[0].ToString());
        Assert.Equal(403, _engine.Good("try { Get-ScimUser -ErrorAction Stop } catch { $_.Exception.Status }")[0].BaseObject);
    }
}
