// The readers' statements, sent and read without anything in between; what can go together is one round trip.
using System.Data.Common;
using Npgsql;

namespace Analytics.Gql.Bench.Peers.Limit;

internal sealed class LimitRows(NpgsqlDataSource reads, ReaderStatements statements)
{
    private readonly Dictionary<string, string> _texts = statements.All.ToDictionary(s => s.Name, s => s.Positional);

    public async Task<LimitWeeks> WeeksAsync(PeerVariables asked, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        await using var batch = Batch(connection, (statements.Weeks, ReaderParameters.Weeks(asked)));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return (await ReadWeeksAsync(reader, 1, ct))[0];
    }

    public async Task<LimitTeam> TeamAsync(PeerVariables asked, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        await using var batch = Batch(connection,
            (statements.Users, ReaderParameters.Users(asked)), (statements.Weeks, ReaderParameters.Weeks(asked)));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var names = await ReadNamesAsync(reader, ct);
        await reader.NextResultAsync(ct);
        return new LimitTeam(names, await ReadWeeksAsync(reader, asked.Users.Count, ct));
    }

    public async Task<LimitSessions> PageAsync(PeerVariables asked, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        await using var batch = Batch(connection, (statements.Page, ReaderParameters.Page(asked)));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await ReadPageAsync(reader, ct);
    }

    public async Task<(LimitWeeks Weeks, LimitSessions Page)> AthletePageAsync(PeerVariables asked, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        await using var batch = Batch(connection,
            (statements.WeeksWithTotals, ReaderParameters.Weeks(asked)), (statements.Page, ReaderParameters.Page(asked)));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var weeks = await ReadWeeksAsync(reader, 1, ct);
        await reader.NextResultAsync(ct);
        return (weeks[0], await ReadPageAsync(reader, ct));
    }

    public async Task<LimitTeamPage> TeamPageAsync(PeerVariables asked, CancellationToken ct)
    {
        await using var connection = await reads.OpenConnectionAsync(ct);
        LimitTeam team;
        var freshness = new Dictionary<Guid, LimitFreshness>();
        await using (var batch = Batch(connection,
            (statements.Users, ReaderParameters.Users(asked)), (statements.Weeks, ReaderParameters.Weeks(asked)),
            (statements.Freshness, ReaderParameters.Freshness(asked))))
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            var names = await ReadNamesAsync(reader, ct);
            await reader.NextResultAsync(ct);
            team = new LimitTeam(names, await ReadWeeksAsync(reader, asked.Users.Count, ct));
            await reader.NextResultAsync(ct);
            var row = new LimitColumns(reader);
            while (await reader.ReadAsync(ct))
                freshness.Add(reader.GetGuid(row.UserId), row.Freshness());
        }
        var weeks = team.Weeks.SelectMany((user, i) => user.Weeks.Select(week => (asked.Users[i], week.Start))).ToList();
        await using var batchOfSessions = Batch(connection, (statements.WeekSessions, ReaderParameters.WeekSessions(weeks)));
        await using var sessions = await batchOfSessions.ExecuteReaderAsync(ct);
        return new LimitTeamPage(team, freshness, await ReadWeekSessionsAsync(sessions, weeks.Count, ct));
    }

    private NpgsqlBatch Batch(
        NpgsqlConnection connection, params ReadOnlySpan<(ReaderStatement Statement, Dictionary<string, object> Values)> calls)
    {
        var batch = new NpgsqlBatch(connection);
        foreach (var (statement, values) in calls)
        {
            var command = new NpgsqlBatchCommand(_texts[statement.Name]);
            foreach (var name in statement.Parameters)
                command.Parameters.Add(new() { Value = values[name] });
            batch.BatchCommands.Add(command);
        }
        return batch;
    }

    private static async Task<Dictionary<Guid, string>> ReadNamesAsync(DbDataReader reader, CancellationToken ct)
    {
        var names = new Dictionary<Guid, string>();
        while (await reader.ReadAsync(ct))
            names.Add(reader.GetGuid(0), reader.GetString(1));
        return names;
    }

    private static async Task<LimitWeeks[]> ReadWeeksAsync(DbDataReader reader, int ranges, CancellationToken ct)
    {
        var all = new LimitWeeks[ranges];
        for (var i = 0; i < ranges; i++)
            all[i] = new LimitWeeks();
        var row = new LimitColumns(reader);
        while (await reader.ReadAsync(ct))
        {
            var range = all[reader.GetInt64(row.Ordinal) - 1];
            if (reader.IsDBNull(row.WeekStart))
                (range.Freshness, range.Totals) = (row.Freshness(), row.Sums());
            else
                range.Weeks.Add(row.Week());
        }
        foreach (var range in all)
            range.SortWeeks();
        return all;
    }

    private static async Task<LimitSessions> ReadPageAsync(DbDataReader reader, CancellationToken ct)
    {
        var page = new LimitSessions(default, new List<LimitSession>(PeerQuery.PageSize + 1));
        var row = new LimitColumns(reader);
        while (await reader.ReadAsync(ct))
            if (reader.IsDBNull(row.SessionId))
                page = page with { Freshness = row.Freshness() };
            else
                page.Sessions.Add(row.Session());
        return page;
    }

    private static async Task<List<LimitSession>[]> ReadWeekSessionsAsync(DbDataReader reader, int weeks, CancellationToken ct)
    {
        var all = new List<LimitSession>[weeks];
        for (var i = 0; i < weeks; i++)
            all[i] = [];
        var row = new LimitColumns(reader);
        while (await reader.ReadAsync(ct))
            if (!reader.IsDBNull(row.SessionId))
                all[reader.GetInt64(row.Ordinal) - 1].Add(row.Session());
        return all;
    }
}
