// What the server tells of its schema: settings under Analytics:Schema.
namespace Analytics.Gql.Engine;

public sealed class SchemaOptions
{
    public const string Section = "Analytics:Schema";

    /// <summary>Answer <c>__schema</c> and <c>__type</c>, and serve the SDL.</summary>
    public bool Introspection { get; set; } = true;

    /// <summary>Be a subgraph of Apollo Federation 2: answer <c>_service</c> (where introspection is on) and
    /// <c>_entities</c>.</summary>
    public bool Federation { get; set; }
}
