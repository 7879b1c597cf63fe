using System;
using System.Globalization;
using System.IO;

namespace PSScim;

/// <summary>The result of an export: the file, its contents, and the time and requests that it took.</summary>
public sealed class ScimExport
{
    internal ScimExport(FileInfo file, ScimResource said)
    {
        Path = file.FullName;
        Count = Number(said, "count");
        Resumed = Number(said, "resumed");
        Skipped = Number(said, "skipped");
        Bytes = Number(said, "bytes");
        Requests = Number(said, "requests");
        EstimatedCost = Convert.ToDecimal(said.GetValue("estimatedCost") ?? 0, CultureInfo.InvariantCulture);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Users or groups in the file.</summary>
    public long Count { get; }

    /// <summary>Of these, the ones that an earlier export had written which broke off.</summary>
    public long Resumed { get; }

    /// <summary>Users or groups that this export left out because they can't be read completely. Each is an error of its own.</summary>
    public long Skipped { get; }

    /// <summary>Bytes of the file.</summary>
    public long Bytes { get; }

    /// <summary>Requests that this export took, repeated ones included.</summary>
    public long Requests { get; }

    /// <summary>US dollars that they cost.</summary>
    public decimal EstimatedCost { get; }

    /// <summary>The file's path.</summary>
    public override string ToString() => Path;

    private static long Number(ScimResource said, string name) => said.GetValue(name) as long? ?? 0;
}
