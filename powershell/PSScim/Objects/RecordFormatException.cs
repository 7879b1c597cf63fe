using System;

namespace PSScim;

/// <summary>Bytes that do not hold as a page or a record.</summary>
#pragma warning disable CA1032 // Only the readers make it.
internal sealed class RecordFormatException(string message) : Exception(message);
#pragma warning restore CA1032
