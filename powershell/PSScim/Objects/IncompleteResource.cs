using PSScim.Native;

namespace PSScim;

/// <summary>A resource that couldn't be read completely.</summary>
/// <param name="record">The number of its record in the page, or -1 where it has none.</param>
/// <param name="error">Why, with its id, its name and the attribute.</param>
internal sealed class IncompleteResource(long record, ScimException error)
{
    /// <summary>The name of the property that marks an incomplete resource for scripts.</summary>
    internal const string Mark = "IsIncomplete";

    internal long Record { get; } = record;

    internal ScimException Error { get; } = error;

    /// <summary>Why a change doesn't take an incomplete resource.</summary>
    /// <param name="id">Its id.</param>
    internal static ScimException Refusal(string? id) => new(
        ErrorId.InvalidValue,
        $"The object with id '{id}' is incomplete: PSScim couldn't read all of it. No request was made.",
        "Pass its id instead of the object to change it anyway.");
}
