using System;
using System.Collections;
using System.Collections.Specialized;

namespace PSScim;

#pragma warning disable CA1010 // Of a generic collection the engine would offer what its elements have.
/// <summary>
/// Attributes by name, and their values, as -Replace, -Add, -Remove and -Attributes take them; a hashtable becomes one. That
/// users and groups have a type of their own each is for Tab: inside of <c>@{ }</c> the engine offers what the type
/// data says that the parameter's type has.
/// </summary>
public abstract class AttributeValues : OrderedDictionary
{
    private protected AttributeValues(IDictionary values)
        : base(StringComparer.OrdinalIgnoreCase)
    {
        foreach (DictionaryEntry entry in values)
            this[entry.Key] = entry.Value;
    }
}

/// <summary>Attributes of a user, and their values.</summary>
/// <param name="values">Names and values; of names that differ in case alone, the last counts.</param>
public sealed class UserAttributes(IDictionary values) : AttributeValues(values)
{
    /// <summary>None as yet. The engine offers names only of what it could make itself.</summary>
    public UserAttributes()
        : this(new Hashtable())
    {
    }
}

/// <summary>Attributes of a group, and their values.</summary>
/// <param name="values">Names and values; of names that differ in case alone, the last counts.</param>
public sealed class GroupAttributes(IDictionary values) : AttributeValues(values)
{
    /// <summary>None as yet. The engine offers names only of what it could make itself.</summary>
    public GroupAttributes()
        : this(new Hashtable())
    {
    }
}
#pragma warning restore CA1010
