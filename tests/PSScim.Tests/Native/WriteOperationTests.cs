using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using PSScim.Native;
using PSScim.Tests.Cmdlets;
using Xunit;

namespace PSScim.Tests.Native;

/// <summary>The operation that takes changes, without a cmdlet: what it takes, and what it says of each.</summary>
public sealed class WriteOperationTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly ScimConnection _connection;
    private readonly string[] _ids;

    public WriteOperationTests()
    {
        _connection = (ScimConnection)_engine.Good("$e = Start-ScimEmulator -Users 20 -Groups 2 -PassThru; Connect-Scim -Emulator -MaximumRetryCount 0 -PassThru")[0].BaseObject;
        _ids = [.. _engine.Good("Get-ScimUser -Attributes id | ForEach-Object id").Select(id => id.ToString()!)];
    }

    public void Dispose()
    {
        _engine.Run("Disconnect-Scim; Stop-ScimEmulator $e");
        _engine.Dispose();
    }

    private WriteOperation Write(string options = "{}") => _connection.Session.Write(options);

    private static string User(int number) =>
        $$"""{"verb":"Create","password":true,"set":[{"name":"userName","value":"u{{number}}@contoso.com"},{"name":"displayName","value":"U"},{"name":"givenName","value":"U"},{"name":"familyName","value":"U"}]}""";

    private static string Title(string id, string title) =>
        $$"""{"verb":"Update","id":"{{id}}","set":[{"name":"title","value":"{{title}}"}]}""";

    private static SecretBytes Password() => SecretBytes.Of("Correct-Horse-7");

    private static void Give(WriteOperation operation, string change, SecretBytes? secret = null)
    {
        while (!operation.Submit(change, secret))
            Assert.Equal(ScimState.Pending, operation.Wait(100));
    }

    /// <summary>All replies, to the operation's end.</summary>
    private static List<(ScimOutcome Outcome, int Count, string? Error)> Replies(WriteOperation operation)
    {
        var replies = new List<(ScimOutcome, int, string?)>();
        while (true)
        {
            switch (operation.Wait(100))
            {
                case ScimState.Pending:
                    break;
                case ScimState.Ready:
                    operation.Take();
                    replies.Add((operation.Outcome, operation.Count, operation.ReplyFailure()?.Id));
                    break;
                default:
                    return replies;
            }
        }
    }

    [Fact]
    public void Each_change_has_its_reply_in_the_order_of_the_input()
    {
        using WriteOperation operation = Write();
        using SecretBytes password = Password();
        Give(operation, User(1), password);
        Give(operation, Title(_ids[0], "Lead"));
        Give(operation, $$"""{"verb":"Update","id":"{{_ids[0]}}"}""");
        Give(operation, $$"""{"verb":"Delete","id":"{{Guid.NewGuid()}}"}""");
        Give(operation, Title("../groups", "x"));
        Give(operation, $$"""{"verb":"Read","id":"{{_ids[0]}}"}""");
        operation.Finish();
        Assert.Equal(
            [
                (ScimOutcome.Done, 1, null), (ScimOutcome.Done, 0, null), (ScimOutcome.Unchanged, 0, null),
                (ScimOutcome.Failed, 0, "ResourceNotFound"), (ScimOutcome.Failed, 0, "InvalidId"), (ScimOutcome.Done, 1, null),
            ],
            Replies(operation));
        Assert.Equal(ScimState.Done, operation.Wait(0));
    }

    [Fact]
    public void A_dry_run_plans_each_request_and_hides_the_password()
    {
        long before = _connection.Requests;
        using WriteOperation operation = Write("""{"dryRun":true}""");
        using SecretBytes password = Password();
        Give(operation, User(1), password);
        operation.Finish();
        Assert.Equal(ScimState.Ready, operation.Wait(10_000));
        operation.Take();
        Assert.Equal((ScimOutcome.Planned, 1), (operation.Outcome, operation.Count));
        string plan = operation.Read(bytes => Encoding.UTF8.GetString(bytes.Copy(0, bytes.Length)));
        Assert.Contains("\"password\":\"***\"", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Correct-Horse-7", plan, StringComparison.Ordinal);
        Assert.Equal(before, _connection.Requests);
    }

    [Fact]
    public void Nothing_is_taken_after_the_end_of_the_input()
    {
        using WriteOperation operation = Write();
        Give(operation, Title(_ids[0], "Lead"));
        operation.Finish();
        Assert.False(operation.Submit(Title(_ids[1], "Lead")));
        Assert.Equal([(ScimOutcome.Done, 0, null)], Replies(operation));
        Assert.False(operation.Submit(Title(_ids[1], "Lead")));
    }

    [Fact]
    public void What_is_not_a_change_is_refused_in_its_turn_and_the_others_go_on()
    {
        using WriteOperation operation = Write();
        Give(operation, Title(_ids[0], "Lead"));
        Give(operation, """{"verb":"Dance"}""");
        Give(operation, Title(_ids[1], "Lead"));
        operation.Finish();
        List<(ScimOutcome Outcome, int, string? Error)> replies = Replies(operation);
        Assert.Equal([ScimOutcome.Done, ScimOutcome.Failed, ScimOutcome.Done], replies.Select(reply => reply.Outcome));
        Assert.NotNull(replies[1].Error);
        Assert.Equal(ScimState.Done, operation.Wait(0));
    }

    [Fact]
    public void No_more_is_taken_than_a_window_of_changes_while_nobody_takes_replies()
    {
        _engine.Inject("""{"action":"delay","milliseconds":200,"method":"PATCH","times":3}""");
        using WriteOperation operation = Write("""{"throttleLimit":1}""");
        int taken = 0;
        while (operation.Submit(Title(_ids[taken % _ids.Length], $"T{taken}")))
            taken++;
        Assert.InRange(taken, 1, 1000);
        // A reply that is taken makes room.
        Assert.Equal(ScimState.Ready, operation.Wait(10_000));
        operation.Take();
        Give(operation, Title(_ids[0], "last"));
        operation.Finish();
        Assert.Equal(taken, Replies(operation).Count);
    }

    [Fact]
    public void After_a_stop_nothing_further_is_sent_and_each_change_that_was_taken_is_told_of()
    {
        _engine.Inject("""{"action":"delay","milliseconds":300,"method":"PATCH","times":1}""");
        using WriteOperation operation = Write("""{"throttleLimit":1}""");
        long before = _connection.Requests;
        for (int i = 0; i < 4; i++)
            Give(operation, Title(_ids[i], "Stopped"));
        operation.Stop();
        Assert.False(operation.Submit(Title(_ids[5], "Stopped")));
        List<(ScimOutcome Outcome, int, string?)> replies = Replies(operation);
        Assert.Equal(4, replies.Count);
        Assert.Equal(_connection.Requests - before, replies.Count(reply => reply.Outcome == ScimOutcome.Done));
        Assert.All(replies, reply => Assert.Contains(reply.Outcome, new[] { ScimOutcome.Done, ScimOutcome.NotSent }));
        Assert.Equal(ScimOutcome.NotSent, replies[^1].Outcome);
    }

    [Fact]
    public void A_budget_that_runs_out_ends_the_operation_behind_the_replies()
    {
        var connection = (ScimConnection)_engine.Good("Connect-Scim -Emulator -RequestBudget 2 -PassThru")[0].BaseObject;
        using WriteOperation operation = connection.Session.Write("""{"throttleLimit":1}""");
        for (int i = 0; i < 5; i++)
            if (!operation.Submit(Title(_ids[i], "Budget")))
                break;
        operation.Finish();
        List<(ScimOutcome Outcome, int, string?)> replies = Replies(operation);
        Assert.Equal(2, replies.Count(reply => reply.Outcome == ScimOutcome.Done));
        Assert.Equal(ScimState.Failed, operation.Wait(0));
        Assert.Equal(nameof(ErrorId.BudgetExceeded), operation.Failure().Id);
    }

    [Fact]
    public void A_disposed_operation_takes_nothing()
    {
        WriteOperation operation = Write();
        operation.Dispose();
        Assert.False(operation.Submit(Title(_ids[0], "Lead")));
        Assert.Equal(ScimState.Invalid, operation.Wait(0));
        operation.Stop();
        operation.Finish();
    }
}
