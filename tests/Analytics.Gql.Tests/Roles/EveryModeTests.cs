// Every operation of the repository, in every mode, from a server whose accounts may do no more than they need.
using Analytics.Gql.Tests.Api;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Tests.Roles;

public sealed class EveryModeTests(AthleteFixture server) : IClassFixture<AthleteFixture>
{
    private static readonly object Variables = new
    {
        userId = AthleteFixture.Ada,
        ids = new[] { AthleteFixture.Ada },
        from = "2026-03-02",
        to = "2026-03-29",
        first = 2,
    };

    [Theory]
    [InlineData(RefreshMode.Incremental)]
    [InlineData(RefreshMode.NightlyOnly)]
    [InlineData(RefreshMode.Live)]
    public async Task Every_operation_answers_without_an_error(RefreshMode mode)
    {
        await server.SwitchAsync(mode);
        foreach (var operation in ((IEnumerable<object[]>)SchemaTests.OperationsWithOneResult).Select(row => (string)row[0]))
        {
            var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "operations", operation));
            var answer = await server.AskAsync(text, Variables);
            Assert.False(answer.TryGetProperty("errors", out var errors), $"{operation} in {mode}: {errors}");
        }
        await server.SwitchAsync(RefreshMode.Incremental);
    }

    [Fact]
    public async Task Reads_come_from_the_readers_account_and_the_rest_from_the_refreshers()
    {
        await server.AskAsync("{ freshness { asOf } }");
        var accounts = await server.Database.QueryAsync<(string Name, string Account)>("""
            select distinct application_name, usename::text from pg_stat_activity
            where datname = current_database() and application_name like 'analytics-gql%'
            """);
        var (reader, refresher) = (AccountOf(server.Database.ReaderConnectionString), AccountOf(server.Database.RefresherConnectionString));
        Assert.Contains(("analytics-gql", reader), accounts);
        Assert.All(accounts, a => Assert.Equal(a.Name == "analytics-gql" ? reader : refresher, a.Account));
    }

    private static string AccountOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Username!;
}
