// The matviews: whether there is something in them.
namespace Analytics.Store.Doctor;

internal static class AggregateChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new("aggregate.unpopulated", Severity.Error, "A matview has no content (a restore left it out): reads of it fail.",
            "analytics-gql refresh --full", (on, ct) => on.FaultsAsync<string>("""
                select a.name from analytics.aggregates as a
                join pg_class as c on c.relnamespace = 'analytics'::regnamespace and c.relname = a.name and c.relkind = 'm'
                where not c.relispopulated
                order by a.ordinal
                """,
                name => new Fault($"analytics.{name} is not populated.", Remedy.Command("analytics-gql refresh --full")), ct)),
    ];
}
