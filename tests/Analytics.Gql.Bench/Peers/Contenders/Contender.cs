// Whoever is compared: what it is asked for a query, and one round of load on it.
using Analytics.Gql.Bench.Peers.Load;
using Npgsql;

namespace Analytics.Gql.Bench.Peers.Contenders;

/// <param name="Lead">Of load that does not count, where a contender has to get going in each round.</param>
internal sealed record Round(int Connections, TimeSpan Duration, TimeSpan Lead);

/// <summary>The cluster that all share.</summary>
/// <param name="ProcessId">Of the postmaster.</param>
/// <param name="IdleShare">Of one core: what it uses when nobody asks, among others for the jobs of the server under test.</param>
internal sealed record Postgres(int ProcessId, double IdleShare = 0)
{
    /// <summary>Without what it would have used anyway.</summary>
    public LoadFigures Own(LoadFigures measured) =>
        measured with { PostgresUs = measured.PostgresUs - IdleShare * measured.Elapsed.TotalMicroseconds };
}

internal abstract class Contender(string name)
{
    public string Name => name;

    /// <summary>The process whose memory is told; null: none.</summary>
    public virtual int? ServerId => null;

    /// <summary>One round of load.</summary>
    /// <returns>Null when it cannot answer the query.</returns>
    public async Task<LoadFigures?> RunAsync(PeerQuery query, Round round, Postgres postgres, CancellationToken ct) =>
        await LoadAsync(query, round, () => new CpuReading(
            ServerId is { } server ? CpuTimes.OfTreeUs(server) : 0, CpuTimes.OfTreeUs(postgres.ProcessId)), ct) is { } figures
            ? postgres.Own(figures)
            : null;

    protected abstract Task<LoadFigures?> LoadAsync(PeerQuery query, Round round, Func<CpuReading> cpu, CancellationToken ct);
}

/// <param name="ask">What it is sent; null when it cannot answer the query.</param>
/// <param name="tellsFreshness">Whether its answers have the field 'freshness' where the operation selects it.</param>
internal class HttpContender(
    string name, PeerServer server, Func<PeerQuery, PeerVariables, WireRequest?> ask, bool tellsFreshness = true)
    : Contender(name)
{
    public PeerServer Server => server;
    public bool TellsFreshness => tellsFreshness;
    public override int? ServerId => server.ProcessId;

    /// <summary>One for each of the query's variables; null when it cannot answer the query.</summary>
    public virtual IReadOnlyList<WireRequest>? Requests(PeerQuery query)
    {
        var requests = query.Variables.Select(variables => ask(query, variables)).OfType<WireRequest>().ToList();
        return requests.Count == query.Variables.Count ? requests : null;
    }

    protected override async Task<LoadFigures?> LoadAsync(
        PeerQuery query, Round round, Func<CpuReading> cpu, CancellationToken ct)
    {
        if (Requests(query) is not { } requests)
            return null;
        var before = await server.AllocatedBytesAsync();
        var figures = await WrkLoad.RunAsync(server.Address, requests, round.Connections, round.Duration, cpu, ct);
        return figures with { AllocatedBytes = await server.AllocatedBytesAsync() - before };
    }
}

/// <summary>A client that has an answer already, and asks whether it is still the one.</summary>
internal sealed class ConditionalContender(
    string name, PeerServer server, Func<PeerQuery, PeerVariables, WireRequest?> ask) : HttpContender(name, server, ask)
{
    private readonly Dictionary<PeerQuery, IReadOnlyList<WireRequest>?> _known = [];

    public override IReadOnlyList<WireRequest>? Requests(PeerQuery query) =>
        _known.TryGetValue(query, out var requests) ? requests : base.Requests(query);

    /// <summary>From now on it sends the tags of these answers.</summary>
    /// <param name="tags">In the order of the requests; null: an answer without one.</param>
    /// <returns>Whether the server gives tags.</returns>
    public bool Remember(PeerQuery query, IReadOnlyList<string?> tags)
    {
        var tagged = base.Requests(query)?.Zip(tags, (request, tag) => request with { KnownETag = tag }).ToList();
        _known[query] = tagged is not null && tagged.All(request => request.KnownETag is not null) ? tagged : null;
        return _known[query] is not null;
    }
}

/// <summary>The floor of PostgreSQL's part.</summary>
/// <param name="scripts">Of a query.</param>
internal sealed class PgBenchContender(
    string name, string program, NpgsqlConnectionStringBuilder database,
    IReadOnlyDictionary<PeerQuery, PgBenchScripts> scripts) : Contender(name)
{
    protected override async Task<LoadFigures?> LoadAsync(
        PeerQuery query, Round round, Func<CpuReading> cpu, CancellationToken ct) =>
        await PgBenchLoad.RunAsync(
            program, database, scripts[query], round.Connections, round.Duration, round.Lead, cpu, ct);
}
