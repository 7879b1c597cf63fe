using System;
using System.Collections.Generic;
using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;

namespace PSScim;

/// <summary>A type whose properties are attributes, and what is needed to make and read its objects.</summary>
internal sealed class Shape
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.OrdinalIgnoreCase);

    internal Shape(IReadOnlyList<string> names, Func<ScimObject> create)
    {
        (Names, Create) = (names, create);
        for (int i = 0; i < names.Count; i++)
            _slots[names[i]] = i;
    }

    /// <summary>The properties, in order. A property's place here is its slot.</summary>
    internal IReadOnlyList<string> Names { get; }

    internal Func<ScimObject> Create { get; }

    internal bool TryGetSlot(string name, out int slot) => _slots.TryGetValue(name, out slot);
}

/// <summary>
/// How many types one connection may have made: a server that goes on inventing names must not use up what the
/// connections to other servers need.
/// </summary>
internal sealed class TypeBudget
{
    internal const int Maximum = 256;
    private int _left = Maximum;

    internal bool Spend() => _left > 0 && System.Threading.Interlocked.Decrement(ref _left) >= 0;
}

/// <summary>
/// Emits the types of resources and complex attributes: one for each base class and list of names, in one dynamic
/// assembly of the process. Types stay, so how many there can be is bounded.
/// </summary>
internal static class EmittedTypes
{
    /// <summary>Types a process; names beyond what they hold are then no properties.</summary>
    internal const int MaximumTypes = 4096;

    /// <summary>Properties a type.</summary>
    internal const int MaximumProperties = 1000;

    /// <summary>Characters of a property's name.</summary>
    private const int MaximumNameLength = 256;

    private static readonly object s_lock = new();
    private static readonly Dictionary<string, Shape> s_shapes = new(StringComparer.Ordinal);
    private static readonly Lazy<ModuleBuilder> s_module = new(() => AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("PSScim.Emitted"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("PSScim.Emitted"));

    private static readonly MethodInfo s_get = Method("GetSlot");
    private static readonly MethodInfo s_set = Method("SetSlot");

    /// <summary>How many types there are.</summary>
    internal static int Count
    {
        get
        {
            lock (s_lock)
                return s_shapes.Count;
        }
    }

    /// <summary>Whether an attribute's name may become a property's: names come from a server that may be hostile.</summary>
    internal static bool IsUsable(string name)
    {
        if (name.Length is 0 or > MaximumNameLength)
            return false;
        foreach (char c in name)
            if (char.IsControl(c) || char.IsSurrogate(c))
                return false;
        return true;
    }

    /// <summary>
    /// The type with these properties; null where it would have to be made and the connection, or the process, has made
    /// as many as it may.
    /// </summary>
    internal static Shape? TryGet(Type baseType, IReadOnlyList<string> names, TypeBudget budget)
    {
        // Names hold no control characters, so this one parts them.
        string key = baseType.Name + "\n" + string.Join("\n", names);
        lock (s_lock)
        {
            if (s_shapes.TryGetValue(key, out Shape? shape))
                return shape;
            // The empty types are always to be had, so that there is one to fall back to.
            if (names.Count > 0 && (s_shapes.Count >= MaximumTypes || !budget.Spend()))
                return null;
            shape = Emit(baseType, names, s_shapes.Count + 1);
            s_shapes.Add(key, shape);
            return shape;
        }
    }

    private static Shape Emit(Type baseType, IReadOnlyList<string> names, int number)
    {
        string name = "PSScim.Emitted." + baseType.Name + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        TypeBuilder builder = s_module.Value.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, baseType);
        builder.DefineDefaultConstructor(MethodAttributes.Public);
        for (int slot = 0; slot < names.Count; slot++)
            EmitProperty(builder, names[slot], slot);
        Type type = builder.CreateTypeInfo()!.AsType();
        return new Shape(names, Expression.Lambda<Func<ScimObject>>(Expression.New(type)).Compile());
    }

    /// <summary>
    /// A property of type object: were it a string, PowerShell would turn an assigned $null into "", and a service would
    /// store that or refuse it.
    /// </summary>
    private static void EmitProperty(TypeBuilder builder, string name, int slot)
    {
        const MethodAttributes Accessor = MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig;
        MethodBuilder getter = builder.DefineMethod("get_" + name, Accessor, typeof(object), Type.EmptyTypes);
        ILGenerator get = getter.GetILGenerator();
        get.Emit(OpCodes.Ldarg_0);
        get.Emit(OpCodes.Ldc_I4, slot);
        get.Emit(OpCodes.Call, s_get);
        get.Emit(OpCodes.Ret);
        MethodBuilder setter = builder.DefineMethod("set_" + name, Accessor, typeof(void), [typeof(object)]);
        ILGenerator set = setter.GetILGenerator();
        set.Emit(OpCodes.Ldarg_0);
        set.Emit(OpCodes.Ldc_I4, slot);
        set.Emit(OpCodes.Ldarg_1);
        set.Emit(OpCodes.Call, s_set);
        set.Emit(OpCodes.Ret);
        PropertyBuilder property = builder.DefineProperty(name, PropertyAttributes.None, typeof(object), Type.EmptyTypes);
        property.SetGetMethod(getter);
        property.SetSetMethod(setter);
    }

    private static MethodInfo Method(string name) =>
        typeof(ScimObject).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
}
