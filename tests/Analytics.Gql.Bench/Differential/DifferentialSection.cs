// The differential run for long: random work on a private cluster, until so many operations are done or some differ.
using System.Globalization;
using Analytics.Gql.Bench.Loading;
using Analytics.Gql.Bench.Serving;
using Analytics.Gql.Differential;
using Analytics.Gql.Differential.Oracle;
using Analytics.Gql.Differential.Running;
using Analytics.LocalPostgres;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Npgsql;

namespace Analytics.Gql.Bench.Differential;

/// <param name="Writers">In each round; null: 1 to 8, as the seed has it.</param>
public sealed record DifferentialRequest(long Operations, int Seed, int? Writers);

internal static class DifferentialSection
{
    private const int Done = 0, Differs = 1, Unusable = 2;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(DifferentialRequest request, CancellationToken ct)
    {
        try
        {
            await using var cluster = await PrivateCluster.StartAsync(folder: null, Say, ct, durable: false);
            var result = await DifferentialRun.RunAsync(new DifferentialSettings
            {
                Seed = request.Seed,
                Operations = request.Operations,
                Writers = request.Writers,
                CreateGround = token => CreateGroundAsync(cluster, token),
                StartApi = StartApiAsync,
                Log = SayNowAndThen(),
            }, ct);
            Console.WriteLine(Line(result));
            if (result.Failure is null)
                return Done;
            Console.WriteLine(result.Failure);
            return Differs;
        }
        catch (Exception e) when (e is LocalClusterException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Unusable;
        }
    }

    private static string Line(DifferentialResult result) => string.Create(CultureInfo.InvariantCulture,
        $"{result.Tally.Operations:N0} operations in {result.Rounds:N0} rounds, {result.Tally.Drains:N0} drains of "
        + $"{result.Tally.StagedChanges:N0} staged changes, {result.Tally.FullRefreshes:N0} full refreshes, "
        + $"{result.Tally.KilledRefreshes:N0} killed, {result.Tally.Refusals:N0} refused transactions, {result.Tally.FreshReads:N0} of {result.Tally.Reads:N0} reads "
        + $"said that nothing was pending, {result.Tally.Answers:N0} rows of answers, "
        + $"over {string.Join(", ", result.Aggregates)}, "
        + $"{result.Duration:hh\\:mm\\:ss}: {(result.Failure is null ? "no difference" : "DIFFERENCE")}");

    private static async Task<Ground> CreateGroundAsync(PrivateCluster cluster, CancellationToken ct)
    {
        var name = $"differential_{Guid.NewGuid():n}";
        await ExecuteAsync(cluster, $"create database {name}", ct);
        var connection = cluster.ConnectionStringFor(name);
        await Migrator.MigrateAsync(connection, log: null, ct);
        return new Ground(connection, async () =>
            await ExecuteAsync(cluster, $"drop database {name} with (force)", CancellationToken.None));
    }

    private static async Task ExecuteAsync(PrivateCluster cluster, string sql, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionStringFor("postgres"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static async Task<AskedApi> StartApiAsync(Ground ground, CancellationToken ct)
    {
        // No night to catch up at the server's start.
        await new FullRefresh(ground.ConnectionString).RunAsync(ct);
        var server = await ServerProcess.StartAsync(ground.ConnectionString, ct);
        var client = new GraphQLClient(server.Endpoint, connections: 1);
        return new AskedApi(
            async (query, variables, token) => System.Text.Json.JsonSerializer.SerializeToElement(
                await client.AskAsync(query, variables, token)),
            async () =>
            {
                client.Dispose();
                await server.DisposeAsync();
            });
    }

    private static Action<string> SayNowAndThen()
    {
        var last = DateTime.MinValue;
        return line =>
        {
            if (DateTime.UtcNow - last < BetweenLines)
                return;
            last = DateTime.UtcNow;
            Say(line);
        };
    }

    private static void Say(string line) => Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss}  {line}");
}
