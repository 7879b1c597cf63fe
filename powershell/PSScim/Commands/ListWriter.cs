using System;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim.Commands;

/// <summary>Writes the objects of a list and decides whether to request the next page.</summary>
internal sealed class ListWriter
{
    private readonly PSCmdlet _command;
    private readonly ResourceReader _reader;
    private readonly Action<ulong>? _goesOn;
    private readonly ResolvedNames _names;
    private readonly ulong _first;
    private ulong _skip;
    private ulong _written;
    private ulong _received;
    private bool _isFirstPage = true;

    /// <summary>Resources of the current page that arrived in earlier parts.</summary>
    private long _before;

    /// <param name="command">Who writes.</param>
    /// <param name="reader">Reads the pages.</param>
    /// <param name="names">What was asked for.</param>
    /// <param name="goesOn">Told how many resources came, whenever there is more.</param>
    internal ListWriter(PSCmdlet command, ResourceReader reader, ResolvedNames names, Action<ulong>? goesOn = null)
    {
        (_goesOn, _names) = (goesOn, names);
        _command = command;
        _reader = reader;
        _first = command.PagingParameters.First;
        _skip = command.PagingParameters.Skip;
    }

    /// <summary>The maximum number of resources, or null for all.</summary>
    internal long? Wanted => _first > long.MaxValue - _skip ? null : (long)(_first + _skip);

    /// <summary>Writes a page, or a part of one; false when no more is wanted.</summary>
    internal bool Write(Operation operation)
    {
        if (_isFirstPage && _command.PagingParameters.IncludeTotalCount)
            WriteTotal(operation.TotalResults);
        _isFirstPage = false;
        ScimResource[] part = _reader.Read(operation);
        _received += (ulong)part.Length;
        _names.See(part);
        if (operation.HasMore)
            _goesOn?.Invoke(_received);
        bool more = MayNeedMore(operation, (ulong)part.Length);
        long middle = (operation.IsPart ? operation.Whole ?? long.MaxValue : _before + part.Length) / 2;
        TellIncomplete(operation, -1, null);
        for (int i = 0; i < part.Length; i++)
        {
            // Past the middle of the page the reader has shown that it goes on: now the next is fetched ahead.
            if (more && _before + i > middle)
            {
                operation.Continue();
                more = false;
            }
            if (_skip > 0)
            {
                _skip--;
                continue;
            }
            if (_written == _first)
                return false;
            _written++;
            if (part[i].IsIncomplete)
                TellIncomplete(operation, i, part[i]);
            _command.WriteObject(part[i]);
        }
        if (more && !operation.IsPart)
            operation.Continue();
        _before = operation.IsPart ? _before + part.Length : 0;
        return _written < _first;
    }

    /// <summary>Writes the errors of a resource that couldn't be read completely, before the resource itself.</summary>
    private void TellIncomplete(Operation operation, int record, ScimResource? resource)
    {
        foreach (IncompleteResource incomplete in operation.Incomplete)
            if (incomplete.Record == record)
                _command.WriteError(incomplete.Error.ToErrorRecord(resource));
    }

    /// <summary>
    /// Whether the page behind this one may be needed. Where a number is wanted, only the last part of a page tells
    /// how many it has.
    /// </summary>
    private bool MayNeedMore(Operation operation, ulong length)
    {
        if (operation.IsPart)
            return Wanted is null;
        return operation.HasMore && (_skip >= length || _first - _written > length - _skip);
    }

    private void WriteTotal(long? total) => _command.WriteObject(
        _command.PagingParameters.NewTotalCount((ulong)(total ?? 0), total is null ? 0.0 : 1.0));
}
