using System.Text;

namespace PSScim.Native;

/// <summary>
/// An operation that takes changes and gives a reply for each, in the same order, with several requests in flight. What
/// became of a change is <see cref="Operation.Outcome"/>; a change that fails does not end the operation.
/// </summary>
internal sealed unsafe class WriteOperation(nuint number, ISignInSource? source) : Operation(number, source)
{
    /// <summary>
    /// Gives a change. False: it was not taken. Then look at <see cref="Operation.Wait"/>, take the replies that wait, and
    /// give it again, unless the operation has ended or was stopped. Returns within a tenth of a second.
    /// </summary>
    /// <param name="change">The JSON of scim-client's <c>Change</c>.</param>
    /// <param name="secret">The password, as UTF-8, or null. The caller disposes of it, once the change is taken.</param>
    internal bool Submit(string change, SecretBytes? secret = null)
    {
        byte[] text = Encoding.UTF8.GetBytes(change), clear = secret?.Bytes ?? [];
        return Calling(number =>
        {
            fixed (byte* changeData = text, secretData = clear)
                return NativeMethods.scim_op_submit(
                    number,
                    new ScimSlice { data = changeData, length = (nuint)text.Length },
                    new ScimSlice { data = secretData, length = (nuint)clear.Length });
        }) == ScimState.Done;
    }

    /// <summary>Ends the input. The operation is done when the last reply was taken.</summary>
    internal void Finish() => Calling(NativeMethods.scim_op_finish);

    /// <summary>
    /// Sends nothing further, as after Ctrl+C. What is in flight is waited for, and each change that was taken gets its
    /// reply. Any thread.
    /// </summary>
    internal void Stop() => Calling(NativeMethods.scim_op_stop);

    /// <summary>The error of the reply taken last, or null where it has none.</summary>
    internal ScimException? ReplyFailure()
    {
        ScimFailure? failure = null;
        Calling(number =>
        {
            ScimError error;
            ScimState result = NativeMethods.scim_op_reply_error(number, &error);
            if (result == ScimState.Failed)
                failure = Read(error);
            return result;
        });
        return failure is null ? null : new ScimException(failure);
    }
}
