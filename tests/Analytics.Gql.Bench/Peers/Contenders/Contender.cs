// Whoever is compared: what it is asked for a query, and one round of load on it.
using Analytics.Gql.Bench.Peers.Load;
using Npgsql;

namespace Analytics.Gql.Bench.Peers.Contenders;

/// <param name="Lead">Of load that does not count, where a contender has to get going in each round.</param>
internal sealed record Round(int Connections, TimeSpan Duration, TimeSpan Lead);

internal abstract class Contender(string name)
{
    public string Name => name;

    /// <summary>The process whose memory is told; null: none.</summary>
    public virtual int? ServerId => null;

    /// <summary>One round of load.</summary>
    /// <param name="postgres">The postmaster.</param>
    /// <returns>Null when it cannot answer the query.</returns>
    public abstract Task<LoadFigures?> RunAsync(PeerQuery query, Round round, int postgres, CancellationToken ct);

    protected Func<CpuReading> Cpu(int postgres) => () => new CpuReading(
        ServerId is { } server ? CpuTimes.OfTreeUs(server) : 0, CpuTimes.OfTreeUs(postgres));
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

    public override async Task<LoadFigures?> RunAsync(PeerQuery query, Round round, int postgres, CancellationToken ct)
    {
        if (Requests(query) is not { } requests)
            return null;
        var before = await server.AllocatedBytesAsync();
        var figures = await WrkLoad.RunAsync(
            server.Address, requests, round.Connections, round.Duration, Cpu(postgres), ct);
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
    string program, NpgsqlConnectionStringBuilder database, IReadOnlyDictionary<PeerQuery, PgBenchScripts> scripts)
    : Contender("pgbench")
{
    public override async Task<LoadFigures?> RunAsync(PeerQuery query, Round round, int postgres, CancellationToken ct) =>
        await PgBenchLoad.RunAsync(
            program, database, scripts[query], round.Connections, round.Duration, round.Lead, Cpu(postgres), ct);
}
