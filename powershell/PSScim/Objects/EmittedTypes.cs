using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
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
            _slots.Add(names[i], i);
    }

    /// <summary>The attributes, in order. An attribute's place here is its slot. Nearly all are properties.</summary>
    internal IReadOnlyList<string> Names { get; }

    internal Func<ScimObject> Create { get; }

    internal bool TryGetSlot(string name, out int slot) => _slots.TryGetValue(name, out slot);
}

/// <summary>What one connection may still have made.</summary>
internal sealed class TypeBudget
{
    private int _types = Limits.TypesPerConnection;
    private int _properties = Limits.PropertiesPerConnection;

    /// <summary>Whether a quarter is left, or less.</summary>
    internal bool IsScarce => _types <= Limits.TypesPerConnection / 4 || _properties <= Limits.PropertiesPerConnection / 4;

    /// <summary>Takes the room of a type; false where there is not so much. Under the lock of <see cref="EmittedTypes"/>.</summary>
    internal bool Spend(int properties)
    {
        if (_types == 0 || _properties < properties)
            return false;
        _types--;
        _properties -= properties;
        return true;
    }
}

/// <summary>
/// Emits the types of resources and complex attributes: one for each base class and list of names, in dynamic assemblies.
/// Types stay until the process ends, so how many there can be is bounded. Any thread may use it.
/// </summary>
internal sealed class EmittedTypes
{
    private const string Namespace = "PSScim.Emitted";
    private const string Factory = "<Create>";

    /// <summary>
    /// Names that objects have in .NET or in PowerShell. The engine prefers a property to a method of the same name, so an
    /// attribute that is called so is no property: <c>$object['name']</c> has it.
    /// </summary>
    private static readonly HashSet<string> s_members = new(StringComparer.OrdinalIgnoreCase)
    {
        nameof(ScimObject.ToJson), nameof(GetType), nameof(ToString), nameof(Equals), nameof(ReferenceEquals), nameof(GetHashCode),
        nameof(MemberwiseClone), "Finalize", "Item", "Clone", "CompareTo", "Count", "Length", "ForEach", "Where", "PSObject", "PSBase", "PSAdapted",
        "PSExtended", "PSTypeNames", IncompleteResource.Mark,
    };

    private static readonly MethodInfo s_get = Method(nameof(ScimObject.GetSlot));
    private static readonly MethodInfo s_set = Method(nameof(ScimObject.SetSlot));
    private static readonly MethodInfo s_getInside = Method(nameof(ScimObject.GetInside));
    private static readonly MethodInfo s_setInside = Method(nameof(ScimObject.SetInside));

    /// <summary>Keep a property out of Select-Object *, Format-List and Export-Csv, and out of ConvertTo-Json.</summary>
    private static readonly CustomAttributeBuilder[] s_hidden =
    [
        .. new[]
        {
            typeof(System.Management.Automation.HiddenAttribute),
            Type.GetType("Newtonsoft.Json.JsonIgnoreAttribute, Newtonsoft.Json", throwOnError: false),
            Type.GetType(
                "System.Web.Script.Serialization.ScriptIgnoreAttribute, System.Web.Extensions, Version=4.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
                throwOnError: false),
        }.OfType<Type>().Select(type => new CustomAttributeBuilder(type.GetConstructor(Type.EmptyTypes)!, [])),
    ];

    private readonly object _lock = new();
    private readonly Dictionary<string, Shape> _shapes = new(StringComparer.Ordinal);
    private readonly int _maximumTypes;
    private readonly int _maximumProperties;
    private ModuleBuilder? _module;
    private int _moduleProperties;
    private int _properties;

    internal EmittedTypes(int maximumTypes, int maximumProperties) =>
        (_maximumTypes, _maximumProperties) = (maximumTypes, maximumProperties);

    /// <summary>The one that all connections use. Types of equal names are shared between them.</summary>
    internal static EmittedTypes OfProcess { get; } = new(Limits.Types, Limits.Properties);

    /// <summary>How many types there are.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _shapes.Count;
        }
    }

    /// <summary>How many properties they have together.</summary>
    internal int Properties
    {
        get
        {
            lock (_lock)
                return _properties;
        }
    }

    /// <summary>Whether objects know an attribute by its name: names come from a server that may be hostile.</summary>
    internal static bool IsUsable(string name)
    {
        if (name.Length is 0 or > Limits.NameLength)
            return false;
        for (int i = 0; i < name.Length; i++)
        {
            if (char.IsControl(name[i]))
                return false;
            if (char.IsSurrogate(name[i]) && !char.IsSurrogatePair(name, i++))
                return false;
        }
        return true;
    }

    /// <summary>Whether an attribute's name may become a property's.</summary>
    internal static bool IsProperty(string name) => !s_members.Contains(name);

    /// <summary>
    /// The type with these properties; null where it would have to be made and the connection, or the process, has made
    /// as many as it may.
    /// </summary>
    /// <param name="baseType">One of the static classes.</param>
    /// <param name="names">Usable names, no two of them alike but for case.</param>
    /// <param name="shortNames">
    /// Attributes of extensions, each with its extension's URN, that the type's objects have as hidden properties too. None is
    /// alike one of <paramref name="names"/> or another of these. How many there are, the schema and the caller say.
    /// </param>
    /// <param name="budget">What the connection may still have made.</param>
    internal Shape? TryGet(
        Type baseType, IReadOnlyList<string> names, IReadOnlyList<KeyValuePair<string, string>> shortNames, TypeBudget budget)
    {
        // Names hold no control characters, so this one parts them.
        string key = baseType.Name + "\n" + string.Join("\n", names) + "\n\n" + string.Join("\n", shortNames.Select(s => s.Value + "\n" + s.Key));
        lock (_lock)
        {
            if (_shapes.TryGetValue(key, out Shape? shape))
                return shape;
            // The empty types are always to be had, so that there is one to fall back to.
            bool isFull = _shapes.Count >= _maximumTypes || _properties + names.Count > _maximumProperties;
            if (names.Count > 0 && (isFull || !budget.Spend(names.Count)))
                return null;
            shape = Emit(baseType, names, shortNames, _shapes.Count + 1);
            _shapes.Add(key, shape);
            _properties += names.Count;
            return shape;
        }
    }

    private Shape Emit(
        Type baseType, IReadOnlyList<string> names, IReadOnlyList<KeyValuePair<string, string>> shortNames, int number)
    {
        // What a new type costs grows with the assembly that it goes to.
        if (_module is null || _moduleProperties > Limits.PropertiesPerAssembly)
        {
            _moduleProperties = 0;
            _module = AssemblyBuilder
                .DefineDynamicAssembly(new AssemblyName(Namespace), AssemblyBuilderAccess.Run)
                .DefineDynamicModule(Namespace);
        }
        _moduleProperties += names.Count;
        string name = Namespace + "." + baseType.Name + number.ToString(CultureInfo.InvariantCulture);
        TypeBuilder builder = _module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, baseType);
        ConstructorBuilder constructor = builder.DefineDefaultConstructor(MethodAttributes.Assembly);
        MethodBuilder factory = builder.DefineMethod(
            Factory, MethodAttributes.Assembly | MethodAttributes.Static, typeof(ScimObject), Type.EmptyTypes);
        ILGenerator make = factory.GetILGenerator();
        make.Emit(OpCodes.Newobj, constructor);
        make.Emit(OpCodes.Ret);
        for (int slot = 0; slot < names.Count; slot++)
            if (IsProperty(names[slot]))
                EmitProperty(builder, names[slot], slot);
        foreach (KeyValuePair<string, string> shortName in shortNames)
            if (IsProperty(shortName.Key))
                EmitShortName(builder, shortName.Key, shortName.Value);
        Type type = builder.CreateTypeInfo()!.AsType();
        MethodInfo create = type.GetMethod(Factory, BindingFlags.Static | BindingFlags.NonPublic)!;
        return new Shape(names, (Func<ScimObject>)create.CreateDelegate(typeof(Func<ScimObject>)));
    }

    /// <summary>
    /// A property of type object: were it a string, PowerShell would turn an assigned $null into "", and a service would
    /// store that or refuse it.
    /// </summary>
    private static void EmitProperty(TypeBuilder builder, string name, int slot) => EmitProperty(
        builder, name, code => code.Emit(OpCodes.Ldc_I4, slot), s_get, s_set);

    /// <summary>A hidden property for an attribute of an extension, by the attribute's own name.</summary>
    private static void EmitShortName(TypeBuilder builder, string name, string urn)
    {
        PropertyBuilder property = EmitProperty(
            builder,
            name,
            code =>
            {
                code.Emit(OpCodes.Ldstr, urn);
                code.Emit(OpCodes.Ldstr, name);
            },
            s_getInside,
            s_setInside);
        foreach (CustomAttributeBuilder hidden in s_hidden)
            property.SetCustomAttribute(hidden);
    }

    private static PropertyBuilder EmitProperty(
        TypeBuilder builder, string name, Action<ILGenerator> place, MethodInfo read, MethodInfo write)
    {
        const MethodAttributes Accessor = MethodAttributes.Public | MethodAttributes.SpecialName | MethodAttributes.HideBySig;
        MethodBuilder getter = builder.DefineMethod("get_" + name, Accessor, typeof(object), Type.EmptyTypes);
        ILGenerator get = getter.GetILGenerator();
        get.Emit(OpCodes.Ldarg_0);
        place(get);
        get.Emit(OpCodes.Call, read);
        get.Emit(OpCodes.Ret);
        MethodBuilder setter = builder.DefineMethod("set_" + name, Accessor, typeof(void), [typeof(object)]);
        ILGenerator set = setter.GetILGenerator();
        set.Emit(OpCodes.Ldarg_0);
        place(set);
        set.Emit(OpCodes.Ldarg_1);
        set.Emit(OpCodes.Call, write);
        set.Emit(OpCodes.Ret);
        PropertyBuilder property = builder.DefineProperty(name, PropertyAttributes.None, typeof(object), Type.EmptyTypes);
        property.SetGetMethod(getter);
        property.SetSetMethod(setter);
        return property;
    }

    private static MethodInfo Method(string name) =>
        typeof(ScimObject).GetMethod(name, BindingFlags.Instance | BindingFlags.NonPublic)!;
}
