// Query._entities: each representation is read by itself, and parked with the loader of its type.
using System.Collections;
using Analytics.Gql.Batching;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Engine.Scalars;
using GraphQL;
using GraphQL.DataLoader;
using GraphQL.Resolvers;

namespace Analytics.Gql.Engine.Federation;

/// <summary>Answers in the order of the representations; a bad one fails its own element.</summary>
internal sealed class EntitiesResolver(IReadOnlyCollection<EntityType> entities, int most) : IFieldResolver
{
    public const string Argument = "representations";
    private const string TypeName = "__typename";

    private static readonly IdScalar _ids = new();
    private readonly string _names = string.Join(", ", entities.Select(entity => entity.TypeName));

    public ValueTask<object?> ResolveAsync(IResolveFieldContext context)
    {
        var representations = ((IEnumerable)context.Arguments![Argument].Value!).Cast<object?>().ToList();
        if (representations.Count > most)
            throw new ClientError(
                ErrorCodes.LimitExceeded,
                $"_entities: {representations.Count} representations; at most {most}. Ask for fewer in one operation, "
                + $"or ask the operator to raise {LimitOptions.Section}:{nameof(LimitOptions.MaxUsers)}.");
        // Each element stays parked: to wait here would part this list from others of its level.
        return new(representations.ConvertAll(representation => Load(context, representation)));
    }

    private IDataLoaderResult Load(IResolveFieldContext context, object? representation)
    {
        try
        {
            var (entity, id) = Read(representation);
            return entity.Load(context, id);
        }
        catch (InputFormatException bad)
        {
            return LoaderResults.Failed<object?>(new ClientError(ErrorCodes.BadUserInput, $"_entities: {bad.Message}"));
        }
    }

    /// <exception cref="InputFormatException">It is no representation of an entity.</exception>
    private (EntityType Entity, Guid Id) Read(object? representation)
    {
        if (representation is not IDictionary<string, object?> members)
            throw InputFormatException.Of(representation, $"is no representation. {Remedy}");
        if (!members.TryGetValue(TypeName, out var named) || named is null)
            throw new InputFormatException($"a representation has no '{TypeName}'. {Remedy}");
        var entity = entities.FirstOrDefault(entity => entity.TypeName.Equals(named))
            ?? throw InputFormatException.Of(
                named, $"is no entity of this subgraph ({_names}). Compose the supergraph from its present SDL.");
        return members.TryGetValue(EntityType.Key, out var key) && key is not null
            ? (entity, (Guid)_ids.ParseValue(key)!)
            : throw new InputFormatException($"a representation of {named} has no '{EntityType.Key}'. {Remedy}");
    }

    private string Remedy =>
        $"Send an object such as {{\"{TypeName}\": \"{entities.First().TypeName}\", "
        + $"\"{EntityType.Key}\": \"6f9619ff-8b86-d011-b42d-00cf4fc964ff\"}}.";
}
