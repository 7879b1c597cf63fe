using System.ComponentModel;

namespace PSScim;

/// <summary>A schema, which defines the attributes of resources (RFC 7643 section 7).</summary>
public abstract class ScimSchema : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimSchema()
    {
    }
}

/// <summary>An attribute that a schema defines: its type, whether it is required, who may change it.</summary>
public abstract class ScimSchemaAttribute : ScimComplex
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimSchemaAttribute()
    {
    }

    /// <summary>The name.</summary>
    public override string ToString() => Describe("name");
}

/// <summary>A resource type of a service, with its endpoint and schemas (RFC 7643 section 6).</summary>
public abstract class ScimResourceType : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimResourceType()
    {
    }
}

/// <summary>The features of a service (RFC 7643 section 5).</summary>
public abstract class ScimServiceProviderConfig : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimServiceProviderConfig()
    {
    }
}
