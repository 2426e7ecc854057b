// The schema of this API: its root types, and what the engine is told about them.
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Documents;
using Analytics.Gql.Users;

namespace Analytics.Gql;

public static class AnalyticsSchema
{
    /// <summary>Adds the engine with this API's schema; needs no database until a field is asked.</summary>
    public static IServiceCollection AddAnalyticsSchema(this IServiceCollection services) =>
        services.AddGraphQLEngine<Query, Mutation, Subscription>(engine =>
        {
            engine.SchemaDescription =
                "Workout aggregates out of PostgreSQL materialized views; each answer says how fresh it is.";
            engine.FaultMappers.Add(DatabaseFaults.Map);
            engine.Entities.Add(UserEntity.Type);
            foreach (var file in ShippedDocuments()) engine.ShippedDocuments.Add(file);
        });

    // schema/operations, embedded by the project file.
    private static IEnumerable<DocumentFile> ShippedDocuments()
    {
        var assembly = typeof(AnalyticsSchema).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(
            name => name.EndsWith(".graphql", StringComparison.Ordinal)))
        {
            using var bytes = new MemoryStream();
            using var resource = assembly.GetManifestResourceStream(name)!;
            resource.CopyTo(bytes);
            yield return new DocumentFile(name, bytes.ToArray());
        }
    }
}

// Each feature adds its fields to these three.

/// <summary>What can be read.</summary>
public sealed partial class Query;

/// <summary>What can be asked of the refresh jobs; the fields of one operation run one after another.</summary>
public sealed partial class Mutation;

/// <summary>What can be listened to, over server-sent events or a WebSocket.</summary>
public sealed partial class Subscription;
