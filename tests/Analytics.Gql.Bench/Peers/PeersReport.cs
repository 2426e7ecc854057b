// The tables of the comparison.
using System.Globalization;
using Analytics.Gql.Bench.Measuring;
using Analytics.Gql.Bench.Peers.Contenders;

namespace Analytics.Gql.Bench.Peers;

internal static class PeersReport
{
    private const string NoAnswer = "–";

    /// <summary>A 304 has headers only.</summary>
    private const int MostBytesUnchanged = 1_024;

    public static void Print(Report report, PeerCells cells, PeersSettings settings, Postgres postgres, string plot)
    {
        report.Section("Against the limit and the peers", string.Create(CultureInfo.InvariantCulture,
            $"Rounds: {settings.Rounds}, of {settings.Duration.TotalSeconds:N0} s for each contender in turn; each has {settings.PoolSize} ")
            + "connections to PostgreSQL. Milliseconds and requests a second are medians of the rounds; CPU is of the round with "
            + "the least, in µs a request. Load from wrk on loopback, different users in turn; answers were compared first. "
            + string.Create(CultureInfo.InvariantCulture,
                $"The {1000 * postgres.IdleShare:N1} ms of CPU a second that PostgreSQL uses when nobody asks are taken off. ")
            + $"'{NoAnswer}': it cannot answer this, or gave too few answers for CPU per request to mean something. "
            + "PostGraphile answers without freshness.\n\n"
            + $"![CPU per request of each contender, by query]({plot})");
        foreach (var connections in cells.Connections)
            foreach (var query in cells.Queries)
                report.Table(Table(report, cells, query, connections));
        report.Table(Memory(cells));
        if (settings.Judged)
            report.Table(PeerTargets.Judge(report, cells));
    }

    private static MarkdownTable Table(Report report, PeerCells cells, PeerQuery query, int connections)
    {
        var table = new MarkdownTable(
            $"{query.Name}, {connections} connections", "per s", "p50", "p95", "p99", "server µs", "PostgreSQL µs", "CPU µs",
            "× limit", "× ours by text", "KiB allocated", "failed");
        var limit = cells.Find(query.Name, connections, ContenderSet.HandWritten);
        var ours = cells.Find(query.Name, connections, ContenderSet.ByText);
        foreach (var contender in cells.Contenders)
            if (cells.Find(query, connections, contender) is { } cell)
            {
                table.Row(contender.Name, cell.PerSecond.ToString("N0", CultureInfo.InvariantCulture), cell.P50Ms, cell.P95Ms,
                    cell.P99Ms, Us(cell.Least?.ServerUsPerRequest), Us(cell.Least?.PostgresUsPerRequest), Us(cell.UsPerRequest),
                    Ratio(cell, limit), Ratio(cell, ours),
                    cell.Least?.AllocatedKiBPerRequest?.ToString("N1", CultureInfo.InvariantCulture) ?? NoAnswer, cell.Failed);
                Watch(report, cell);
            }
            else
                table.Row([contender.Name, .. Enumerable.Repeat(NoAnswer, 11)]);
        return table;
    }

    private static void Watch(Report report, PeerCell cell)
    {
        var where = $"{cell.Query.Name}, {cell.Connections} connections: {cell.Contender.Name}";
        if (cell.Failed > 0)
            report.Missed.Add($"{where} failed {cell.Failed} times");
        if (cell.Contender is ConditionalContender && cell.Rounds.Any(r => r.Bytes > r.Requests * MostBytesUnchanged))
            report.Missed.Add($"{where} was not answered with 304 each time");
    }

    private static MarkdownTable Memory(PeerCells cells)
    {
        var table = new MarkdownTable("memory after all rounds", "MiB resident");
        foreach (var server in cells.Contenders.OfType<HttpContender>().DistinctBy(c => c.ServerId))
            table.Row(server.Name == ContenderSet.ByText ? "ours" : server.Name, CpuTimes.ResidentMiB(server.Server.ProcessId));
        return table;
    }

    private static string Us(double? us) => us?.ToString("N0", CultureInfo.InvariantCulture) ?? NoAnswer;

    private static string Ratio(PeerCell cell, PeerCell? to) =>
        (cell.UsPerRequest / to?.UsPerRequest)?.ToString("N2", CultureInfo.InvariantCulture) ?? NoAnswer;
}
