// The rounds of one contender, query and number of connections, and what is said about them.
using Analytics.Gql.Bench.Peers.Contenders;
using Analytics.Gql.Bench.Peers.Load;

namespace Analytics.Gql.Bench.Peers;

internal sealed record PeerCell(PeerQuery Query, int Connections, Contender Contender)
{
    public List<LoadFigures> Rounds { get; } = [];

    public double PerSecond => Median(r => r.PerSecond);
    public double P50Ms => Median(r => r.P50Ms);
    public double P95Ms => Median(r => r.P95Ms);
    public double P99Ms => Median(r => r.P99Ms);
    public long Failed => Rounds.Sum(r => r.Failed);

    /// <summary>
    /// At the end of a turn as many requests as connections are half done: their CPU is counted and they are not. Where they
    /// are more than a twentieth, CPU per request says little.
    /// </summary>
    private const int FewestPerConnection = 10;

    /// <summary>The round that took least CPU: what else the machine did can only add. Null: too few answers in each.</summary>
    public LoadFigures? Least => Rounds.Where(r => r.Requests >= FewestPerConnection * Connections).MinBy(r => r.UsPerRequest);

    public double? UsPerRequest => Least?.UsPerRequest;

    private double Median(Func<LoadFigures, double> figure)
    {
        var sorted = Rounds.Select(figure).Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}

/// <summary>All that was measured, in the order of queries and contenders.</summary>
internal sealed class PeerCells(IReadOnlyList<PeerQuery> queries, IReadOnlyList<int> connections, IReadOnlyList<Contender> contenders)
{
    private readonly Dictionary<(PeerQuery, int, Contender), PeerCell> _cells = [];

    public IReadOnlyList<PeerQuery> Queries => queries;
    public IReadOnlyList<int> Connections => connections;
    public IReadOnlyList<Contender> Contenders => contenders;

    public void Add(PeerQuery query, int connections, Contender contender, LoadFigures figures)
    {
        if (!_cells.TryGetValue((query, connections, contender), out var cell))
            _cells[(query, connections, contender)] = cell = new PeerCell(query, connections, contender);
        cell.Rounds.Add(figures);
    }

    /// <summary>Null when the contender could not answer.</summary>
    public PeerCell? Find(PeerQuery query, int connections, Contender contender) =>
        _cells.GetValueOrDefault((query, connections, contender));

    public PeerCell? Find(string query, int connections, string contender) =>
        _cells.Values.FirstOrDefault(c =>
            c.Query.Name == query && c.Connections == connections && c.Contender.Name == contender);
}
