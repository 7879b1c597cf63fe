using System;

namespace PSScim.Changes;

/// <summary>The attribute that a parameter stands for, as a path such as <c>emails[work]</c>.</summary>
/// <param name="name">The path.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AttributeNameAttribute(string name) : Attribute
{
    internal string Name { get; } = name;
}
