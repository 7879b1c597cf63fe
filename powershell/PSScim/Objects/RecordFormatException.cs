using System;

namespace PSScim;

/// <summary>Bytes that do not hold as a page or a record (docs/records.md).</summary>
#pragma warning disable CA1032 // Only the readers make it.
internal sealed class RecordFormatException(string message) : FormatException(message);
#pragma warning restore CA1032
