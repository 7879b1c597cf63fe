using System;
using System.Management.Automation;

namespace PSScim.Commands;

/// <summary>
/// Lets a date parameter take dates and ISO 8601 texts only. The engine would read 03/02/2026 as March 2 in every culture.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DateTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) => SetValue.Bare(inputData) switch
    {
        DateTime time => IsoDateTime.ToUtc(time),
        DateTimeOffset time => time.UtcDateTime,
        string text when KeyText.IsBlank(text) => null,
        string text when IsoDateTime.TryParse(KeyText.Trim(text), out DateTime utc) => utc,
        string text => throw new ArgumentTransformationMetadataException(
            $"'{text}' isn't a date. Write it as year-month-day, such as 2026-02-01, with a time as 2026-02-01T08:00:00Z. No request was made."),
        _ => inputData,
    };
}
