namespace PSScim;

/// <summary>
/// What a server can make this room hold or do, all in one place. Each is far above what a directory sends. Past a
/// bound an attribute is just no property: <c>ToJson()</c> still has it.
/// </summary>
internal static class Limits
{
    /// <summary>Characters of a property's name.</summary>
    internal const int NameLength = 256;

    /// <summary>Properties of a type.</summary>
    internal const int PropertiesPerType = 1000;

    /// <summary>Emitted types of the process: they stay until it ends.</summary>
    internal const int Types = 4096;

    /// <summary>
    /// Properties of all emitted types together. It is what holds a server that sends new names page after page, since
    /// each larger type repeats the properties of the one before. One takes 1.1 KB.
    /// </summary>
    internal const int Properties = 60_000;

    /// <summary>
    /// Properties of the types in one dynamic assembly. What a new type costs grows with what its assembly holds: 5,000
    /// types of 20 took 175 s in one, and take 4 s in many.
    /// </summary>
    internal const int PropertiesPerAssembly = 500;

    /// <summary>
    /// Types that one connection may have made: a server that goes on inventing names must not use up what the
    /// connections to other servers need.
    /// </summary>
    internal const int TypesPerConnection = 256;

    /// <summary>Properties of the types that one connection may have made.</summary>
    internal const int PropertiesPerConnection = 20_000;

    /// <summary>Lists of asked-for attributes whose types a connection remembers.</summary>
    internal const int Projections = 500;

    /// <summary>Complex attributes of one object whose types a connection remembers.</summary>
    internal const int ComplexAttributes = 1000;

    /// <summary>Name tables that a connection remembers, and what ties them to types, so that equal pages share them.</summary>
    internal const int RecentPages = 16;

    /// <summary>Names of a table that is worth remembering.</summary>
    internal const int NamesRemembered = 2000;

    /// <summary>Bytes of the names of a table that is worth remembering.</summary>
    internal const int NameBytesRemembered = 64 << 10;

    /// <summary>Objects and arrays inside one another. The writer of pages refuses more than 64.</summary>
    internal const int Depth = 100;

    /// <summary>Characters of a resource as JSON. A body of the 64 MiB that the library reads at most stays below it.</summary>
    internal const int JsonLength = 128 << 20;

    /// <summary>Digits of an integer that becomes a number: reading one takes time with the square of its length.</summary>
    internal const int IntegerDigits = 1000;
}
