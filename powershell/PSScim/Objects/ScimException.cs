using System;
using System.Collections.Generic;
using System.Management.Automation;
using PSScim.Native;

namespace PSScim;

/// <summary>What the library says of a failure.</summary>
internal sealed class ScimFailure
{
    internal string Id { get; set; } = nameof(ErrorId.InternalError);
    internal string Category { get; set; } = nameof(ErrorCategory.NotSpecified);
    internal string Message { get; set; } = "";
    internal string Advice { get; set; } = "";
    internal int? Status { get; set; }
    internal string? ScimType { get; set; }
    internal string? Detail { get; set; }
    internal string? RequestId { get; set; }
    internal string? Cursor { get; set; }
    internal TimeSpan? RetryAfter { get; set; }

    internal ScimFailure Of(string label)
    {
        var of = (ScimFailure)MemberwiseClone();
        of.Message = label + ": " + Message;
        return of;
    }
}

/// <summary>An error of PSScim: what happened, to what, what to do next, and all that the service said.</summary>
#pragma warning disable CA1032 // Only PSScim makes these, from what the library tells.
public sealed class ScimException : Exception
#pragma warning restore CA1032
{
    private readonly ScimFailure _failure;

    internal ScimException(ScimFailure failure, Exception? cause = null)
        : base(DisplayText.Message(failure.Advice.Length == 0 ? failure.Message : failure.Message + " " + failure.Advice), cause) => _failure = failure;

    /// <summary>What the module itself finds wrong: category and advice are the table's.</summary>
    /// <param name="id">Its row in the library's table of errors.</param>
    /// <param name="message">What happened, and to what.</param>
    /// <param name="advice">What to do next, where more can be said than the table says.</param>
    /// <param name="cause">What it comes of.</param>
    internal ScimException(ErrorId id, string message, string? advice = null, Exception? cause = null)
        : this(
            new ScimFailure
            {
                Id = id.ToString(),
                Category = ErrorTable.Category(id),
                Message = message,
                Advice = advice ?? ErrorTable.Advice(id),
            },
            cause)
    {
    }

    /// <summary>The stable id, such as <c>ResourceNotFound</c>: the first part of <c>FullyQualifiedErrorId</c>.</summary>
    public string Id => _failure.Id;

    /// <summary>The HTTP status, where an answer came.</summary>
    public int? Status => _failure.Status;

    /// <summary>RFC 7644's <c>scimType</c>, or the OAuth 2.0 <c>error</c>.</summary>
    public string? ScimType => Shown(_failure.ScimType);

    /// <summary>The service's own words.</summary>
    public string? Detail => Shown(_failure.Detail);

    /// <summary>The service's id of the request: what its support asks for.</summary>
    public string? RequestId => Shown(_failure.RequestId);

    /// <summary>What the service asked to wait.</summary>
    public TimeSpan? RetryAfter => _failure.RetryAfter;

    /// <summary>Where a list can go on, with <c>-Cursor</c>.</summary>
    public string? Cursor => _failure.Cursor;

    /// <summary>What to do next.</summary>
    public string Advice => _failure.Advice;

    /// <summary>With -ErrorAction Stop: what became of the objects whose requests were in flight then. Empty otherwise.</summary>
    public IReadOnlyList<ScimInFlight> InFlight { get; private set; } = [];

    /// <summary>The same error, and what became of the others.</summary>
    internal ScimException With(IReadOnlyList<ScimInFlight> others)
    {
        InFlight = others;
        return this;
    }

    /// <summary>The same error, and to which input object it happened.</summary>
    /// <param name="label">The object, or nothing where the message names it already.</param>
    internal ScimException Of(string label) => label.Length == 0 ? this : new(_failure.Of(label), InnerException);

    internal ErrorRecord ToErrorRecord(object? target)
    {
        if (!Enum.TryParse(_failure.Category, out ErrorCategory category))
            category = ErrorCategory.NotSpecified;
        var record = new ErrorRecord(this, Id, category, target)
        {
            // The message ends with the advice; PowerShell 7 would show a RecommendedAction a second time.
            ErrorDetails = new ErrorDetails(Message),
        };
        record.CategoryInfo.TargetName = DisplayText.Of(record.CategoryInfo.TargetName);
        return record;
    }

    private static string? Shown(string? text) => text is null ? null : DisplayText.Message(text);
}
