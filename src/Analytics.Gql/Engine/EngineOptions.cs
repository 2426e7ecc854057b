// What the server tells the engine in code (limits are settings: Limits/LimitOptions.cs).
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Engine.Federation;
using GraphQL.Validation;

namespace Analytics.Gql.Engine;

/// <summary>Choices of the server that are not settings of an operator.</summary>
public sealed class EngineOptions
{
    /// <summary>The description of the schema in SDL and introspection.</summary>
    public string? SchemaDescription { get; set; }

    /// <summary>Asked in turn about an exception that a field threw; the first answer is what the client sees, none
    /// masks it.</summary>
    public IList<Func<Exception, ClientError?>> FaultMappers { get; } = [];

    /// <summary>Rules that depend on the caller or on variables: they also run when the document is cached.</summary>
    public IList<IValidationRule> RequestRules { get; } = [];

    /// <summary>Trusted documents that come with the server.</summary>
    public IList<DocumentFile> ShippedDocuments { get; } = [];

    /// <summary>Types that other subgraphs may refer to, where <see cref="SchemaOptions.Federation"/> is on.</summary>
    public IList<EntityType> Entities { get; } = [];
}
