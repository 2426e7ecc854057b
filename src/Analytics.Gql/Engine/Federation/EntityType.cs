// A type that the other subgraphs of a federation may refer to by its id, and add fields to.
using GraphQL;
using GraphQL.DataLoader;

namespace Analytics.Gql.Engine.Federation;

/// <summary>An entity of Apollo Federation: an object type of this schema with a field <c>id</c>.</summary>
/// <param name="TypeName">Its name in the schema.</param>
/// <param name="Load">Parks a load of one by its id, so that all of a level are read together; asks what the viewer may
/// see. Null, or the error that the element reports.</param>
public sealed record EntityType(string TypeName, Func<IResolveFieldContext, Guid, IDataLoaderResult> Load)
{
    /// <summary>The field that is the key of every entity.</summary>
    public const string Key = "id";
}
