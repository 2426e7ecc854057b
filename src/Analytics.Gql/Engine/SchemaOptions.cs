// What the server tells of its schema: settings under Analytics:Schema.
namespace Analytics.Gql.Engine;

public sealed class SchemaOptions
{
    public const string Section = "Analytics:Schema";

    /// <summary>Answer <c>__schema</c> and <c>__type</c>, and serve the SDL.</summary>
    public bool Introspection { get; set; } = true;
}
