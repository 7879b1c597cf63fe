using System.Collections;

namespace PSScim.Changes;

/// <summary>What the parameters of Set-ScimUser and Set-ScimGroup say besides single attributes.</summary>
internal sealed class UpdateParameters
{
    /// <summary>Attributes to set; null clears.</summary>
    internal IDictionary? Replace { get; set; }

    /// <summary>Values to add.</summary>
    internal IDictionary? Add { get; set; }

    /// <summary>Values to take away.</summary>
    internal IDictionary? Remove { get; set; }

    /// <summary>Attributes to clear.</summary>
    internal string[]? Clear { get; set; }

    /// <summary>What an empty parameter or cell means: Ignore, Clear, or null where it is not said.</summary>
    internal string? EmptyValue { get; set; }

    /// <summary>Whether the object must still have the version that was read.</summary>
    internal bool IfUnchanged { get; set; }

    /// <summary>Whether the new state is written.</summary>
    internal bool ReturnsState { get; set; }
}
