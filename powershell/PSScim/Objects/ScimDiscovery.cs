using System.ComponentModel;

namespace PSScim;

/// <summary>A schema: which attributes resources have that use it (RFC 7643 section 7).</summary>
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

/// <summary>A kind of resource that a service has: its endpoint and its schemas (RFC 7643 section 6).</summary>
public abstract class ScimResourceType : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimResourceType()
    {
    }
}

/// <summary>What a service can do (RFC 7643 section 5).</summary>
public abstract class ScimServiceProviderConfig : ScimResource
{
    /// <summary>For the emitted types only.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    protected ScimServiceProviderConfig()
    {
    }
}
