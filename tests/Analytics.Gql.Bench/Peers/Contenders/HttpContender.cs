// Contenders that are servers, asked over HTTP.
using Analytics.Gql.Bench.Peers.Load;

namespace Analytics.Gql.Bench.Peers.Contenders;

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

    /// <summary>Whether the server gave tags with the answers to any query.</summary>
    public bool HasTags => _known.Values.Any(requests => requests is not null);

    /// <summary>From now on it sends the tags of these answers; a query with an answer that has none is not asked.</summary>
    /// <param name="tags">In the order of the requests.</param>
    public void Remember(PeerQuery query, IReadOnlyList<string?> tags) => _known[query] = tags.Contains(null)
        ? null
        : [.. base.Requests(query)!.Zip(tags, (request, tag) => request with { KnownETag = tag })];
}
