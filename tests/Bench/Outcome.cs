using System;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSScim.Bench;

/// <summary>What a child process is told, in one line of JSON on its standard input: the emulator's line and the query.</summary>
internal sealed record Job
{
    public required string BaseUri { get; init; }

    public required string Authority { get; init; }

    public required string TenantId { get; init; }

    public required string ClientId { get; init; }

    public required string ClientSecret { get; init; }

    /// <summary>What follows `/users?` on the first page: what the module itself asks for.</summary>
    public string Query { get; init; } = "";

    /// <summary>How many objects are written, or read by their ids.</summary>
    public int Count { get; init; }
}

/// <summary>What a child process has measured: the last line of its standard output. Sizes are in bytes.</summary>
internal sealed record Outcome
{
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public double Seconds { get; init; }

    /// <summary>Processor time of the process, all of its threads, in the same span.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Bytes of response bodies.</summary>
    public long? Bytes { get; init; }

    /// <summary>Requests to the SCIM service inside the time.</summary>
    public long? Pages { get; init; }

    /// <summary>Objects that came out, where something counted them.</summary>
    public long? Objects { get; init; }

    /// <summary>What stayed alive on the managed heap after a full collection.</summary>
    public long? KeptManaged { get; init; }

    /// <summary>What the process's private memory grew by beside the managed heap, its free lists given back.</summary>
    public long? KeptNative { get; init; }

    /// <summary>What the process's private memory grew by in all.</summary>
    public long? KeptPrivate { get; init; }

    /// <summary>The most resident memory that the process ever had.</summary>
    public long? PeakBytes { get; init; }

    /// <summary>The same after a tenth of the work.</summary>
    public long? EarlyPeakBytes { get; init; }

    /// <summary>A path that the module asked for: `/rp/scim/users?…`.</summary>
    public string? Path { get; init; }

    /// <summary>Of a whole process: seconds of the part that is looked at.</summary>
    public double? Inside { get; init; }

    /// <summary>Why there is nothing.</summary>
    public string? Failure { get; init; }

    internal string ToLine() => JsonSerializer.Serialize(this, Json);

    internal static T Read<T>(string line) =>
        JsonSerializer.Deserialize<T>(line, Json) ?? throw new InvalidOperationException($"'{line}' is not what was expected.");
}
