// docs/existing-database.md, as it is written there: an app with other tables, views as the seam, triggers on its tables.
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Doctor;
using Analytics.Store.Migrations;
using Analytics.Store.Refresh;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Roles;

public sealed class ExistingDatabaseTests : IAsyncLifetime
{
    private const string Weeks = """
        query ($userId: ID!) {
          weeklyAggregates(userId: $userId, from: "2026-03-01", to: "2026-03-31") {
            nodes { weekStart sessionCount totalVolumeKg totalDistanceM totalDurationS sessions { activityType title } }
          }
          personalRecords(userId: $userId) { nodes { exercise { name muscleGroup } maxWeightKg maxWeightSession { title } } }
          user(id: $userId) { displayName }
        }
        """;

    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        await _database.ExecuteAsync(await File.ReadAllTextAsync(Example("app.sql")));
        await _database.ExecuteAsync(await File.ReadAllTextAsync(Example("core.sql")));
        var roles = await RunAsync(_database.ConnectionString, "roles", "--apply");
        Assert.Equal((0, ""), (roles.ExitCode, roles.Errors));
        await _database.ExecuteAsync("grant trigger on public.workouts, public.workout_sets to analytics_migrator");
        var migrated = await RunAsync(_database.MigratorConnectionString, "migrate", "--definitions", Example("definitions"));
        Assert.Equal((0, ""), (migrated.ExitCode, migrated.Errors));
        Assert.Contains("core.sessions is a view", migrated.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("lacks", migrated.Output, StringComparison.Ordinal);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task What_is_written_to_the_apps_own_tables_shows_in_graphql()
    {
        await new FullRefresh(_database.RefresherConnectionString).RunAsync(CancellationToken.None);
        await using var app = AnalyticsServer.Build(
            [
                "--environment=Development", "--urls=http://127.0.0.1:0", "--Analytics:Auth:Mode=Open",
                $"--ConnectionStrings:Analytics={_database.RefresherConnectionString}",
                $"--ConnectionStrings:AnalyticsRead={_database.ReaderConnectionString}",
            ],
            builder => builder.Logging.SetMinimumLevel(LogLevel.Warning));
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        await WriteAsync();
        // 5 reps of 100 lb (45.359237 kg) and 3 of 110 (49.8951607); the warm-up counts as nothing.
        // Weeks and records are two statements: a drain may commit between them.
        var ada = await AskUntilAsync(http, 1, data => Nodes(data).Length == 1 && Nodes(data)[0].GetProperty("totalVolumeKg").GetDouble() > 300
            && data.GetProperty("personalRecords").GetProperty("nodes").GetArrayLength() == 1);
        Assert.Equal("Ada", ada.GetProperty("user").GetProperty("displayName").GetString());
        var week = Nodes(ada)[0];
        Assert.Equal(("2026-03-02", 1, 376.4816671, 0d, 3600),
            (week.GetProperty("weekStart").GetString(), week.GetProperty("sessionCount").GetInt32(), week.GetProperty("totalVolumeKg").GetDouble(),
                week.GetProperty("totalDistanceM").GetDouble(), week.GetProperty("totalDurationS").GetInt32()));
        var record = ada.GetProperty("personalRecords").GetProperty("nodes")[0];
        Assert.Equal("""{"name":"Squat","muscleGroup":"legs"}""", record.GetProperty("exercise").GetRawText());
        Assert.Equal(49.8951607, record.GetProperty("maxWeightKg").GetDouble());

        // A moved workout leaves nothing behind, and arrives.
        await _database.ExecuteAsync("update public.workouts set member_id = 2, km = 5.25, kind = 2 where id = 1");
        var grace = await AskUntilAsync(http, 2, data => Nodes(data).Length == 1);
        Assert.Equal(5250, Nodes(grace)[0].GetProperty("totalDistanceM").GetDouble());
        Assert.Equal("run", Nodes(grace)[0].GetProperty("sessions")[0].GetProperty("activityType").GetString());
        Assert.Empty(Nodes(await AskUntilAsync(http, 1, data => Nodes(data).Length == 0)));

        await _database.ExecuteAsync("delete from public.workouts where id = 1");
        await AskUntilAsync(http, 2, data => Nodes(data).Length == 0);
        await app.StopAsync();
        await new Workouts(_database).AssertExactAsync();
    }

    [Fact]
    public async Task Every_lookup_goes_through_an_index_of_the_apps_tables_and_one_that_lacks_is_named()
    {
        await new FullRefresh(_database.RefresherConnectionString).RunAsync(CancellationToken.None);
        var fine = await DoctorAsync();
        Assert.Equal("", string.Join(", ", fine));
        await _database.ExecuteAsync("drop index public.workout_sets_workout_movement; drop index public.workouts_uuid, public.workouts_member_began");
        var found = await DoctorAsync();
        Assert.Contains("index.seam core.sets by session_id goes through a whole table: Seq Scan on workout_sets s.", found);
        Assert.Contains(found, f => f.StartsWith("index.seam core.sessions by session_id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_refresh_and_another_migration_work_as_on_tables()
    {
        await WriteAsync();
        Assert.Equal(0, (await RunAsync(_database.RefresherConnectionString, "refresh")).ExitCode);
        Assert.Equal(0, (await RunAsync(_database.RefresherConnectionString, "refresh", "--full")).ExitCode);
        Assert.Equal(0, (await RunAsync(_database.RefresherConnectionString, "verify")).ExitCode);
        var again = await RunAsync(_database.MigratorConnectionString, "migrate", "--definitions", Example("definitions"));
        Assert.Contains("nothing to do", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_definitions_is_refused_with_what_it_should_hold()
    {
        var refused = Assert.Throws<MigrationException>(() => Script.DefinitionsWith(Example("")));
        Assert.Contains("aggregates/", refused.Message, StringComparison.Ordinal);
    }

    private Task WriteAsync() => _database.ExecuteAsync("""
        insert into public.members (full_name) values ('Ada'), ('Grace');
        insert into public.movements (label, body_part) values ('Squat', 'legs');
        insert into public.workouts (member_id, kind, note, began, finished)
        values (1, 1, 'Legs', '2026-03-04T10:00:00Z', '2026-03-04T11:00:00Z');
        insert into public.workout_sets (workout_id, movement_id, warm_up, reps, pounds)
        values (1, 1, true, 10, 45), (1, 1, false, 5, 100), (1, 1, false, 3, 110);
        """);

    private async Task<IReadOnlyList<string>> DoctorAsync() =>
        [.. (await DoctorRun.RunAsync(new DoctorOptions
        {
            Primary = new("primary", _database.RefresherConnectionString),
            Reads = new("reads", _database.ReaderConnectionString),
            Migrations = new MigrationOptions { DefinitionsFolder = Example("definitions") },
        }, CancellationToken.None)).Select(f => $"{f.Id} {f.Found}")];

    private static JsonElement[] Nodes(JsonElement data) =>
        [.. data.GetProperty("weeklyAggregates").GetProperty("nodes").EnumerateArray()];

    private static async Task<JsonElement> AskUntilAsync(HttpClient http, long member, Func<JsonElement, bool> condition)
    {
        var variables = new { userId = Guid.Parse($"{member:x32}") };
        for (var patience = 200; ; patience--)
        {
            using var response = await http.PostAsJsonAsync("/graphql", new { query = Weeks, variables });
            var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
            if (condition(answer.GetProperty("data")) || patience == 0)
                return answer.GetProperty("data");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private static Task<CommandResult> RunAsync(string connection, params string[] command) => ServerProcess.RunAsync(
        command, new Dictionary<string, string> { ["ConnectionStrings__Analytics"] = connection });

    private static string Example(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/examples/existing-database", name));
}
