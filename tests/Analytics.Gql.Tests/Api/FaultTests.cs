// When the database is slow, broken or left alone: what clients read, and what happens to their statements.
using System.Diagnostics;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Analytics.Gql.Tests.Api;

public sealed class ImpatientServer : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--Analytics:Limits:StatementTimeoutS=2"];
}

public sealed class FaultTests(ImpatientServer server) : IClassFixture<ImpatientServer>
{
    private const string TwoUsers = """
        { a: user(id: "00000000-0000-0000-0000-000000000001") { id } b: user(id: "00000000-0000-0000-0000-000000000002") { id } }
        """;

    // A reader's statement on core.users that waits for a lock.
    private const string Waiting = """
        from pg_stat_activity
        where datname = current_database() and application_name = 'analytics-gql' and state = 'active'
          and wait_event_type = 'Lock' and query like '%core.users as u%'
        """;

    [Fact]
    public async Task A_client_that_goes_away_ends_its_statement_within_a_second()
    {
        await using var held = await LockUsersAsync();
        using var client = new CancellationTokenSource();
        var asking = server.AskAsync(TwoUsers, ct: client.Token);
        await UntilAsync(waiting: true, TimeSpan.FromSeconds(30));
        var clock = Stopwatch.StartNew();
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await UntilAsync(waiting: false, TimeSpan.FromSeconds(1));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1)); // and not by the time-out of two seconds
        await held.DisposeAsync();
        Assert.Equal("none", (await server.AskAsync(TwoUsers)).Codes());
        Assert.DoesNotContain(server.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task The_statement_time_out_reaches_each_field_that_waited()
    {
        await using (await LockUsersAsync())
        {
            var answer = await server.AskAsync(TwoUsers);
            Assert.Equal(["TIMEOUT", "TIMEOUT"], [answer.Code(0), answer.Code(1)]);
            Assert.Equal(["a", "b"], answer.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("path")[0].GetString()).Order());
        }
        Assert.Equal("none", (await server.AskAsync(TwoUsers)).Codes());
    }

    [Fact]
    public async Task A_connection_that_the_database_ends_is_unavailable_and_the_next_request_is_answered()
    {
        await using (await LockUsersAsync())
        {
            var asking = server.AskAsync(TwoUsers);
            await UntilAsync(waiting: true, TimeSpan.FromSeconds(30));
            await server.Database.ExecuteAsync($"select pg_terminate_backend(pid) {Waiting}");
            Assert.Equal("UNAVAILABLE", (await asking).Codes());
        }
        Assert.Equal("none", (await server.AskAsync(TwoUsers)).Codes());
    }

    [Fact]
    public async Task A_fault_is_masked_and_its_trace_id_leads_to_the_log()
    {
        await server.Database.ExecuteAsync("alter table analytics.refresh_runs rename to secret_runs");
        try
        {
            var answer = await server.AskAsync("{ refreshRuns { id } }");
            Assert.Equal("INTERNAL", answer.Codes());
            Assert.DoesNotContain("refresh_runs", answer.GetRawText(), StringComparison.Ordinal);
            var traceId = answer.Error().GetProperty("extensions").GetProperty("traceId").GetString()!;
            Assert.Contains(traceId, answer.Message(), StringComparison.Ordinal);
            Assert.Contains(server.Log.Entries, entry => entry.Text.Contains(traceId, StringComparison.Ordinal)
                && entry.Exception is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable });
        }
        finally
        {
            await server.Database.ExecuteAsync("alter table analytics.secret_runs rename to refresh_runs");
            server.Log.Entries.Clear();
        }
    }

    private async Task<IAsyncDisposable> LockUsersAsync()
    {
        var connection = await server.Database.DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("begin; lock table core.users in access exclusive mode", connection);
        await command.ExecuteNonQueryAsync();
        return new HeldLock(connection);
    }

    private async Task UntilAsync(bool waiting, TimeSpan patience)
    {
        var clock = Stopwatch.StartNew();
        while (await server.Database.ScalarAsync<bool>($"select exists (select {Waiting})") != waiting)
        {
            Assert.True(clock.Elapsed < patience, $"After {patience} the statement {(waiting ? "does not wait" : "still waits")}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private sealed class HeldLock(NpgsqlConnection connection) : IAsyncDisposable
    {
        private bool _released;

        public async ValueTask DisposeAsync()
        {
            if (_released)
                return;
            _released = true;
            await using (var command = new NpgsqlCommand("rollback", connection))
                await command.ExecuteNonQueryAsync();
            await connection.DisposeAsync();
        }
    }
}
