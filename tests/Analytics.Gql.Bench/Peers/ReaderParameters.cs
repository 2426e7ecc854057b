// The values with which the readers' statements answer the queries; pgbench and the bare server both send these.
using System.Globalization;
using Analytics.Store.Readers;
using Npgsql;

namespace Analytics.Gql.Bench.Peers;

/// <param name="Values">By the parameters' names.</param>
internal sealed record StatementCall(ReaderStatement Statement, IReadOnlyDictionary<string, object> Values)
{
    /// <summary>A value as PostgreSQL reads it from text.</summary>
    public string TextOf(string parameter) => Values[parameter] switch
    {
        Guid[] ids => $"{{{string.Join(',', ids)}}}",
        DateOnly[] days => $"{{{string.Join(',', days.Select(d => d.ToString("O", CultureInfo.InvariantCulture)))}}}",
        string[] texts => $"{{{string.Join(',', texts)}}}",
        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
    };
}

internal static class ReaderParameters
{
    /// <summary>The statements that answer a query, and with what.</summary>
    /// <param name="reads">Asked for the weeks whose sessions are read.</param>
    public static async Task<IReadOnlyList<StatementCall>> CallsAsync(
        this ReaderStatements statements, PeerQuery query, PeerVariables of, NpgsqlDataSource reads, CancellationToken ct) =>
        query.Operation switch
        {
            PeerQuery.SessionPage => [new(statements.Page, Page(of))],
            PeerQuery.AthletePage => [new(statements.WeeksWithTotals, Weeks(of)), new(statements.Page, Page(of))],
            PeerQuery.TeamWeeks => [new(statements.Users, Users(of)), new(statements.Weeks, Weeks(of))],
            PeerQuery.TeamPage =>
            [
                new(statements.Users, Users(of)), new(statements.Freshness, Freshness(of)), new(statements.Weeks, Weeks(of)),
                new(statements.WeekSessions, WeekSessions(await WeeksOfAsync(of, reads, ct))),
            ],
            _ => [new(statements.Weeks, Weeks(of))],
        };

    public static Dictionary<string, object> Users(PeerVariables of) => new() { ["userIds"] = of.Users.ToArray() };

    public static Dictionary<string, object> Freshness(PeerVariables of) =>
        new() { ["userIds"] = of.Users.ToArray(), ["source"] = ReadSource.Incremental.FreshnessName() };

    public static Dictionary<string, object> Weeks(PeerVariables of) => new()
    {
        ["userIds"] = of.Users.ToArray(),
        ["firsts"] = Repeat(WeekCalendar.Iso.WeekOf(of.From), of.Users.Count),
        ["lasts"] = Repeat(WeekCalendar.Iso.WeekOf(of.To), of.Users.Count),
    };

    /// <summary>One more than are shown tells whether there is a next page.</summary>
    public static Dictionary<string, object> Page(PeerVariables of) =>
        new() { ["userIds"] = of.Users.ToArray(), ["limit"] = PeerQuery.PageSize + 1 };

    public static Dictionary<string, object> WeekSessions(IReadOnlyList<(Guid User, DateOnly Week)> weeks) => new()
    {
        ["userIds"] = weeks.Select(w => w.User).ToArray(),
        ["firsts"] = weeks.Select(w => w.Week).ToArray(),
        ["timeZones"] = Repeat(WeekCalendar.Iso.TimeZone, weeks.Count),
        ["mostPerWeek"] = ReaderStatements.MostPerWeek,
    };

    private static async Task<IReadOnlyList<(Guid, DateOnly)>> WeeksOfAsync(
        PeerVariables of, NpgsqlDataSource reads, CancellationToken ct)
    {
        var (first, last) = (WeekCalendar.Iso.WeekOf(of.From), WeekCalendar.Iso.WeekOf(of.To));
        var found = await new WeeklyAggregatesReader(reads).ReadAsync(
            [.. of.Users.Select(user => new WeekRange(user, first, last, WeekCalendar.Iso))],
            default, ReadSource.Incremental, ct);
        return [.. found.SelectMany(user => user.Value.Weeks.Select(week => (user.Key.UserId, week.WeekStart)))];
    }

    private static T[] Repeat<T>(T value, int count) => [.. Enumerable.Repeat(value, count)];
}
