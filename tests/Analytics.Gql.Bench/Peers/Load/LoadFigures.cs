namespace Analytics.Gql.Bench.Peers.Load;

/// <summary>What one round of load showed.</summary>
/// <param name="ServerUs">CPU of the server, with all that it started.</param>
/// <param name="PostgresUs">CPU of the whole cluster.</param>
/// <param name="Failed">Requests without an answer, or with a status of 400 or more.</param>
/// <param name="Bytes">Of all answers.</param>
/// <param name="AllocatedBytes">By the server; null where it does not tell.</param>
internal sealed record LoadFigures(
    long Requests, TimeSpan Elapsed, double P50Ms, double P95Ms, double P99Ms, double ServerUs, double PostgresUs, long Failed,
    long Bytes, long? AllocatedBytes = null)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;
    public double ServerUsPerRequest => ServerUs / Requests;
    public double PostgresUsPerRequest => PostgresUs / Requests;
    public double UsPerRequest => ServerUsPerRequest + PostgresUsPerRequest;
    public double? AllocatedKiBPerRequest => AllocatedBytes / 1024.0 / Requests;
}
