using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace PSScim.Native;

/// <summary>
/// An operation of the library: it runs on the library's own threads, is polled, hands over replies, and never calls
/// back. <see cref="Cancel"/> may come from any thread; everything else from one thread at a time.
/// </summary>
internal unsafe class Operation : IDisposable
{
    private readonly OperationHandle _handle;

    private readonly ISignInSource? _source;

    /// <summary>What the library lends until the next reply is taken.</summary>
    private ScimSlice _lent;

    /// <param name="number">Its handle.</param>
    /// <param name="source">Who answers what it may ask.</param>
    internal Operation(nuint number, ISignInSource? source = null)
    {
        _handle = new OperationHandle(number);
        _source = source;
    }

    /// <summary>How many bytes the reply taken last lends.</summary>
    internal int Length => checked((int)_lent.length);

    /// <summary>Records in the page taken last.</summary>
    internal int Count { get; private set; }

    /// <summary>Whether what was taken last is a part of a page, of which more comes.</summary>
    internal bool IsPart { get; private set; }

    /// <summary>Records in all parts of the page. Before its last part that is what the server or the request says, or null.</summary>
    internal long? Whole { get; private set; }

    /// <summary>Whether the list has a further page, or part.</summary>
    internal bool HasMore { get; private set; }

    /// <summary>The list's <c>totalResults</c>, where the server said one.</summary>
    internal long? TotalResults { get; private set; }

    /// <summary>Where the list can go on behind the page taken last.</summary>
    internal string? NextCursor { get; private set; }

    /// <summary>A handle that the operation made, or 0. The caller's from then on.</summary>
    internal nuint MadeHandle { get; private set; }

    /// <summary>What became of the change that the reply taken last is to.</summary>
    internal ScimOutcome Outcome { get; private set; }

    /// <summary>The resources of the reply taken last that couldn't be read completely, in their order.</summary>
    internal IReadOnlyList<IncompleteResource> Incomplete { get; private set; } = [];

    /// <summary>The object's version after that change, or null where the server gave none.</summary>
    internal string? Version { get; private set; }

    /// <summary>Waits until the operation is no longer pending, for so long at most.</summary>
    internal ScimState Wait(uint milliseconds) => Calling(number => NativeMethods.scim_op_wait(number, milliseconds));

    /// <summary>Takes the reply that waits.</summary>
    internal void Take()
    {
        TakeReply();
        Incomplete = TakeIncomplete();
    }

    /// <summary>The resources that couldn't be read completely and weren't told of yet.</summary>
    internal IReadOnlyList<IncompleteResource> TakeIncomplete()
    {
        List<IncompleteResource>? all = null;
        while (Calling(number =>
        {
            ScimIncomplete incomplete;
            ScimState result = NativeMethods.scim_op_incomplete(number, &incomplete);
            if (result == ScimState.Ready)
                (all ??= []).Add(new IncompleteResource(incomplete.place, new ScimException(Read(incomplete.error))));
            return result;
        }) == ScimState.Ready)
        {
        }
        return all ?? (IReadOnlyList<IncompleteResource>)[];
    }

    private void TakeReply() => Calling(number =>
    {
        ScimReply reply;
        ScimState state = NativeMethods.scim_op_take(number, &reply);
        if (state != ScimState.Ready)
            throw new InvalidOperationException($"The operation has no reply to read. Its state is {state}.");
        _lent = reply.page;
        Count = checked((int)reply.count);
        IsPart = reply.is_part != 0;
        Whole = reply.whole < 0 ? null : reply.whole;
        HasMore = reply.has_more != 0;
        TotalResults = reply.total_results < 0 ? null : reply.total_results;
        NextCursor = NativeText.Read(reply.next_cursor);
        MadeHandle = reply.handle;
        Outcome = reply.outcome;
        Version = NativeText.Read(reply.version) is { Length: > 0 } version ? version : null;
        return state;
    });

    /// <summary>Allows the page behind the one taken last to be fetched.</summary>
    internal void Continue() => Calling(NativeMethods.scim_op_continue);

    /// <summary>
    /// Answers what the operation asks, on this thread: the pipeline's, where a script block may run and a store may ask
    /// for a PIN.
    /// </summary>
    /// <exception cref="ScimException">There is no answer.</exception>
    internal void Answer()
    {
        ScimQuestionKind kind = default;
        byte[] data = [];
        ScimState state = Calling(number =>
        {
            ScimQuestion question;
            ScimState result = NativeMethods.scim_op_question(number, &question);
            if (result == ScimState.NeedsInput)
            {
                kind = question.kind;
                data = new byte[checked((int)question.data.length)];
                if (data.Length > 0)
                    Marshal.Copy((IntPtr)question.data.data, data, 0, data.Length);
            }
            return result;
        });
        // The question may have been withdrawn meanwhile.
        if (state != ScimState.NeedsInput)
            return;
        if (_source is null)
            throw new InvalidOperationException("The operation asks a question that this caller can't answer.");
        using SecretBytes answer =
            kind == ScimQuestionKind.Signature ? SecretBytes.Taking(_source.Sign(data)) : _source.AccessToken();
        Calling(number => NativeText.Lend(answer.Bytes, slice => NativeMethods.scim_op_supply(number, slice)));
    }

    /// <summary>Reads the bytes of the reply taken last, which are the library's: only during the call.</summary>
    internal T Read<T>(Func<LentBytes, T> read)
    {
        T result = default!;
        ScimState state = Calling(_ =>
        {
            result = read(new LentBytes(_lent.data, Length));
            return ScimState.Done;
        });
        return state == ScimState.Done ? result : throw new ObjectDisposedException(nameof(Operation));
    }

    /// <summary>The bytes of the reply taken last, which are secret. The caller disposes of them.</summary>
    internal SecretBytes TakeSecret() => Read(bytes =>
    {
        var secret = new SecretBytes(bytes.Length);
        bytes.CopyTo(secret.Bytes);
        return secret;
    });

    /// <summary>Takes the oldest event, if there is one.</summary>
    internal bool TryTakeEvent(out ScimEventKind kind, out string text, out long milliseconds)
    {
        ScimEventKind takenKind = default;
        string? takenText = null;
        long takenTime = 0;
        ScimState state = Calling(number =>
        {
            ScimEvent taken;
            ScimState result = NativeMethods.scim_op_event(number, &taken);
            if (result == ScimState.Ready)
                (takenKind, takenText, takenTime) = (taken.kind, NativeText.Read(taken.text), taken.milliseconds);
            return result;
        });
        (kind, text, milliseconds) = (takenKind, takenText ?? "", takenTime);
        return state == ScimState.Ready;
    }

    /// <summary>The error of an operation that has failed.</summary>
    internal ScimException Failure()
    {
        ScimFailure? failure = null;
        ScimState state = Calling(number =>
        {
            ScimError error;
            ScimState result = NativeMethods.scim_op_error(number, &error);
            if (result == ScimState.Failed)
                failure = Read(error);
            return result;
        });
        return failure is null
            ? new ScimException(ErrorId.InternalError, $"PSScim failed because of a defect: an operation is {state} without an error.")
            : new ScimException(failure);
    }

    /// <summary>Ends the operation; nothing more is sent. Harmless when it has ended.</summary>
    internal void Cancel()
    {
        if (!_handle.IsClosed)
            Calling(NativeMethods.scim_op_cancel);
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Makes a call while the handle cannot be released under it by another thread.</summary>
    private protected ScimState Calling(Func<nuint, ScimState> call)
    {
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return call(_handle.Number);
        }
        catch (ObjectDisposedException)
        {
            return ScimState.Invalid;
        }
        finally
        {
            if (held)
                _handle.DangerousRelease();
        }
    }

    private protected static ScimFailure Read(in ScimError error) => new()
    {
        Id = NativeText.Read(error.id) ?? nameof(ErrorId.InternalError),
        Category = NativeText.Read(error.category) ?? "NotSpecified",
        Message = NativeText.Read(error.message) ?? "",
        Advice = NativeText.Read(error.advice) ?? "",
        ScimType = NativeText.Read(error.scim_type),
        Detail = NativeText.Read(error.detail),
        RequestId = NativeText.Read(error.request_id),
        Cursor = NativeText.Read(error.cursor),
        Status = error.status == 0 ? null : (int)error.status,
        RetryAfter = error.retry_after < 0 ? null : TimeSpan.FromMilliseconds(error.retry_after),
    };
}
