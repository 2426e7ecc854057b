// What the product promises against the limit and the peers.
using System.Globalization;
using Analytics.Gql.Bench.Measuring;
using static Analytics.Gql.Bench.Peers.Contenders.ContenderSet;

namespace Analytics.Gql.Bench.Peers;

internal static class PeerTargets
{
    private enum Figure { Cpu, PerSecond, PostgresCpu }

    /// <summary>A figure of one contender over that of another; they may be of different queries.</summary>
    private sealed record Target(
        Figure Figure, string Of, string OfQuery, string To, string ToQuery, double? Least = null, double? Most = null)
    {
        public string Name => $"{Figure switch
        {
            Figure.Cpu => "CPU a request",
            Figure.PerSecond => "requests a second",
            _ => "PostgreSQL's CPU a request",
        }}, {Of}{(OfQuery == ToQuery ? "" : $" ({OfQuery})")} / {To} ({ToQuery})";
    }

    private static readonly IReadOnlyList<Target> All =
    [
        Most(Figure.Cpu, ByText, HandWritten, PeerQueries.OneUser, 2.2),
        Most(Figure.Cpu, ByText, HandWritten, PeerQueries.Team, 1.8),
        Most(Figure.Cpu, ByDocument, HandWritten, PeerQueries.OneUser, 1.7),
        Most(Figure.Cpu, ByDocument, HandWritten, PeerQueries.Team, 1.4),
        Least(Figure.PerSecond, ByText, PostGraphile, PeerQueries.OneUser, 2.5),
        Least(Figure.PerSecond, ByText, PostGraphile, PeerQueries.Team, 3.5),
        Least(Figure.Cpu, Mercurius, ByText, PeerQueries.OneUser, 1),
        Least(Figure.Cpu, Mercurius, ByText, PeerQueries.Team, 1),
        Least(Figure.Cpu, Mercurius, ByDocument, PeerQueries.OneUser, 1.3),
        Least(Figure.Cpu, Mercurius, ByDocument, PeerQueries.Team, 1.5),
        Least(Figure.PerSecond, Conditional, ByText, PeerQueries.OneUser, 3),
        Least(Figure.PerSecond, Conditional, ByGet, PeerQueries.OneUser, 3),
        new(Figure.PostgresCpu, Conditional, PeerQueries.OneUser, ByText, PeerQueries.Team, Most: 0.1),
    ];

    /// <summary>Of a query of one user and of 50, at the fewest connections.</summary>
    private const double MostP95Ms = 10, MostP95MsOfTeams = 25;

    /// <summary>CPU at the fewest connections; requests a second and p95 at each.</summary>
    public static MarkdownTable Judge(Report report, PeerCells cells)
    {
        var table = new MarkdownTable("target", "figure", "at least", "at most", "met");
        foreach (var target in All)
            foreach (var connections in target.Figure == Figure.PerSecond ? cells.Connections : [cells.Connections[0]])
                if (cells.Find(target.OfQuery, connections, target.Of) is { } of && cells.Find(target.ToQuery, connections, target.To) is { } to)
                    Row(report, table, $"{target.Name}, {connections} connections",
                        Of(of, target.Figure) / Of(to, target.Figure) ?? double.NaN, target.Least, target.Most);
        foreach (var query in cells.Queries)
            if (cells.Find(query.Name, cells.Connections[0], ByText) is { } cell)
                Row(report, table, $"p95 in ms, {ByText} ({query.Name}), {cells.Connections[0]} connections",
                    cell.P95Ms, null, query.Variables[0].Users.Count > 1 ? MostP95MsOfTeams : MostP95Ms);
        foreach (var connections in cells.Connections)
            foreach (var query in cells.Queries)
                foreach (var peer in (string[])[Mercurius, PostGraphile])
                    if (cells.Find(query.Name, connections, ByText) is { } ours && cells.Find(query.Name, connections, peer) is { } theirs)
                        Row(report, table, $"p95, {ByText} / {peer} ({query.Name}), {connections} connections",
                            ours.P95Ms / theirs.P95Ms, null, 1);
        return table;
    }

    private static void Row(Report report, MarkdownTable table, string name, double figure, double? least, double? most)
    {
        var met = figure >= (least ?? double.NegativeInfinity) && figure <= (most ?? double.PositiveInfinity);
        table.Row(name, Text(figure), Text(least), Text(most), met ? "✓" : "MISSED");
        if (!met)
            report.Missed.Add($"{name}: {Text(figure)}; at {(least is null ? $"most {Text(most)}" : $"least {Text(least)}")}");
    }

    private static Target Most(Figure figure, string of, string to, string query, double most) =>
        new(figure, of, query, to, query, Most: most);

    private static Target Least(Figure figure, string of, string to, string query, double least) =>
        new(figure, of, query, to, query, Least: least);

    private static double? Of(PeerCell cell, Figure figure) => figure switch
    {
        Figure.Cpu => cell.UsPerRequest,
        Figure.PerSecond => cell.PerSecond,
        _ => cell.Least?.PostgresUsPerRequest,
    };

    private static string Text(double? figure) => figure?.ToString("N2", CultureInfo.InvariantCulture) ?? "";
}
