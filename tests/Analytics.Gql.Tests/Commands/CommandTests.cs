// The commands of analytics-gql as a shell sees them: exit codes, help, and errors that name the setting and the remedy.
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Commands;

public sealed class CommandTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string Connection = "ConnectionStrings__Analytics";
    private readonly Workouts _workouts = new(fixture.Database);

    [Theory]
    [InlineData("serve")]
    [InlineData("migrate", "--definitions")]
    [InlineData("roles", "--reader", "--refresher", "--migrator", "--apply")]
    [InlineData("doctor", "--json", "--list")]
    [InlineData("refresh", "--full")]
    [InlineData("mode", "NightlyOnly")]
    [InlineData("verify")]
    [InlineData("health", "--live", "--url")]
    [InlineData("schema", "--output")]
    public async Task Each_command_explains_itself(params string[] command)
    {
        var result = await ServerProcess.RunAsync([command[0], .. command[0] == "schema" ? ["export"] : Array.Empty<string>(), "--help"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Usage:", result.Output, StringComparison.Ordinal);
        Assert.All(command[1..], part => Assert.Contains(part, result.Output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("migrate")]
    [InlineData("refresh")]
    [InlineData("mode", "Live")]
    [InlineData("roles")]
    [InlineData("doctor")]
    [InlineData("verify")]
    public async Task Without_a_connection_string_the_error_names_the_setting_and_how_to_set_it(params string[] command)
    {
        var result = await ServerProcess.RunAsync(command);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("ConnectionStrings:Analytics is not set", result.Errors, StringComparison.Ordinal);
        Assert.Contains(Connection, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(" at Analytics.", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=nobody;Timeout=2", "ConnectionStrings:Analytics refused")]
    [InlineData("Hosst=127.0.0.1", "ConnectionStrings:Analytics cannot be read")]
    public async Task A_connection_that_does_not_work_is_said_in_a_sentence(string connection, string part)
    {
        var result = await RunAsync(connection, "verify");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(part, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("Production", "Mode=Open", "it would let everyone in")]
    [InlineData("Staging", "Mode=Open;SigningKey=0123456789012345678901234567890123456789", "it would let everyone in")]
    [InlineData("Development", "Mode=Open;OpenHonoursTokens=true", "nobody could sign in")]
    [InlineData("Development", "Mode=;OpenHonoursTokens=true", "Analytics:Auth:Mode is not 'Open'")]
    [InlineData("Development", "Mode=Closed", "Analytics:Auth:Mode is 'Closed'")]
    [InlineData("Production", "Mode=", "Neither Analytics:Auth:Authority nor Analytics:Auth:SigningKey is set")]
    [InlineData("Development", "Mode=", "In Development Analytics__Auth__Mode=Open lets everyone in")]
    [InlineData("Production", "SigningKey=short;Audience=a;Issuer=i", "Analytics:Auth:SigningKey has 5 bytes; at least 32")]
    [InlineData("Production", "SigningKey=0123456789012345678901234567890123456789;Issuer=i", "Analytics:Auth:Audience is not set")]
    [InlineData("Production", "SigningKey=0123456789012345678901234567890123456789;Audience=a", "Analytics:Auth:Issuer is not set")]
    [InlineData("Production", "Authority=http://login.example.com;Audience=a", "it must be an https address")]
    [InlineData("Production", "Authority=https://login.example.com;SigningKey=x;Audience=a", "are both set")]
    public async Task Serve_refuses_to_start_where_it_would_be_open_or_nobody_could_come_in(string environment, string settings, string part)
    {
        var variables = settings.Split(';').Select(s => s.Split('=', 2)).ToDictionary(s => $"Analytics__Auth__{s[0]}", s => s[1]);
        var result = await ServerProcess.RunAsync(["serve"], new Dictionary<string, string>(variables)
        {
            [Connection] = fixture.Database.ConnectionString,
            ["ASPNETCORE_ENVIRONMENT"] = environment,
        });
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(part, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_names_the_limit_that_is_out_of_bounds()
    {
        var result = await ServerProcess.RunAsync(["serve"], new Dictionary<string, string>
        {
            [Connection] = fixture.Database.ConnectionString,
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Analytics__Auth__Mode"] = "Open",
            ["Analytics__Refresh__PollMs"] = "0",
        });
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Analytics:Refresh:PollMs is 0", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_migrated_is_told_apart_and_migrate_mends_it()
    {
        await using var empty = await (await PostgresServer.SharedAsync()).CreateEmptyDatabaseAsync();
        var before = await RunAsync(empty.ConnectionString, "verify");
        Assert.Equal(2, before.ExitCode);
        Assert.Contains("Run 'analytics-gql migrate'", before.Errors, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync(empty.ConnectionString, "migrate")).ExitCode);
        Assert.Contains("nothing to do", (await RunAsync(empty.ConnectionString, "migrate")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(empty.ConnectionString, "verify")).ExitCode);
    }

    [Fact]
    public async Task Refresh_drains_and_verify_finds_drift_with_exit_code_1()
    {
        var session = await _workouts.SessionAsync(await _workouts.UserAsync(), "2026-03-04T10:00:00Z");
        var drained = await RunAsync(fixture.Database.ConnectionString, "refresh");
        Assert.Equal(0, drained.ExitCode);
        Assert.Contains("drained", drained.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(fixture.Database.ConnectionString, "verify")).ExitCode);

        await fixture.Database.ExecuteAsync("update analytics.session_summary_delta set title = 'wrong' where session_id = @session", new { session });
        var drifted = await RunAsync(fixture.Database.ConnectionString, "verify");
        Assert.Equal(1, drifted.ExitCode);
        Assert.Contains(session.ToString(), drifted.Output, StringComparison.Ordinal);

        // The drifted delta row stays until the night folds in what core says.
        Assert.Equal(0, (await RunAsync(fixture.Database.ConnectionString, "refresh", "--full")).ExitCode);
        Assert.Equal(0, (await RunAsync(fixture.Database.ConnectionString, "verify")).ExitCode);
    }

    [Fact]
    public async Task Verify_repairs_what_differs_and_refuses_an_empty_sample()
    {
        var session = await _workouts.SessionAsync(await _workouts.UserAsync("Grace"), "2026-03-05T10:00:00Z");
        await RunAsync(fixture.Database.ConnectionString, "refresh");
        await fixture.Database.ExecuteAsync("update analytics.session_summary_delta set title = 'wrong' where session_id = @session", new { session });
        var repaired = await RunAsync(fixture.Database.ConnectionString, "verify", "--sample", "1000", "--repair");
        Assert.Equal(1, repaired.ExitCode);
        Assert.Contains("1 users staged: the next drains recompute them", repaired.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(fixture.Database.ConnectionString, "refresh")).ExitCode);
        Assert.Equal(0, (await RunAsync(fixture.Database.ConnectionString, "verify", "--sample", "1000")).ExitCode);

        var none = await RunAsync(fixture.Database.ConnectionString, "verify", "--sample", "0");
        Assert.NotEqual(0, none.ExitCode);
        Assert.Contains("--sample must be at least 1", none.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mode_says_what_it_was_and_refuses_what_it_does_not_know()
    {
        Assert.Contains("Incremental -> NightlyOnly", (await RunAsync(fixture.Database.ConnectionString, "mode", "NightlyOnly")).Output, StringComparison.Ordinal);
        Assert.Contains("NightlyOnly -> Incremental", (await RunAsync(fixture.Database.ConnectionString, "mode", "Incremental")).Output, StringComparison.Ordinal);
        var wrong = await RunAsync(fixture.Database.ConnectionString, "mode", "Sometimes");
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("Sometimes", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_goes_to_standard_output_or_to_a_file()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.graphql");
        try
        {
            Assert.Equal(0, (await ServerProcess.RunAsync(["schema", "export", "--output", file])).ExitCode);
            var printed = await ServerProcess.RunAsync(["schema", "export"]);
            Assert.Contains("type Query", printed.Output, StringComparison.Ordinal);
            Assert.Equal(await File.ReadAllTextAsync(file), printed.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task The_schema_is_exported_for_clients_or_for_a_federation_whatever_the_servers_setting()
    {
        var reviewed = await ServerProcess.RunAsync(["schema", "export"]);
        var federated = await ServerProcess.RunAsync(
            ["schema", "export"], new Dictionary<string, string> { ["Analytics__Schema__Federation"] = "true" });
        var subgraph = await ServerProcess.RunAsync(["schema", "export", "--federation"]);
        Assert.Equal(reviewed.Output, federated.Output);
        Assert.Equal(Api.FederationTests.Subgraph(reviewed.Output), subgraph.Output);
    }

    [Theory]
    [InlineData("Analytics:Schema:Federation", "maybe", "Boolean")]
    [InlineData("Analytics:Limits:MaxUsers", "many", "Int32")]
    public async Task A_setting_that_cannot_be_read_is_said_in_a_sentence(string key, string value, string type)
    {
        var result = await ServerProcess.RunAsync(["serve"], new Dictionary<string, string>
        {
            [Connection] = fixture.Database.ConnectionString,
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Analytics__Auth__Mode"] = "Open",
            [key.Replace(":", "__", StringComparison.Ordinal)] = value,
        });
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            $"Failed to convert configuration value '{value}' at '{key}' to type 'System.{type}'. "
            + "Correct the setting, or remove it to use the default.", result.Errors.Trim());
    }

    [Fact]
    public async Task The_trusted_documents_are_listed_by_the_hash_of_their_files_with_an_operators_own()
    {
        using var folder = new Http.DocumentFolder();
        var own = folder.Add("own.graphql", "query Own { freshness { asOf } }");
        var result = await ServerProcess.RunAsync(
            ["schema", "documents"], new Dictionary<string, string> { ["Analytics__Documents__Folder"] = folder.Path });
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        using var manifest = System.Text.Json.JsonDocument.Parse(result.Output);
        var shipped = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "operations"), "*.graphql");
        Assert.Equal(
            shipped.Select(file => Http.DocumentFolder.IdOf(File.ReadAllText(file))).Append(own).Order(StringComparer.Ordinal),
            manifest.RootElement.EnumerateObject().Select(document => document.Name));
        Assert.Equal(
            """{"operations":["Own"],"text":"query Own { freshness { asOf } }"}""",
            System.Text.Json.JsonSerializer.Serialize(manifest.RootElement.GetProperty(own)));
    }

    [Fact]
    public async Task A_document_that_does_not_fit_is_told_in_a_sentence_with_exit_code_2()
    {
        using var folder = new Http.DocumentFolder();
        folder.Add("wrong.graphql", "query Wrong {\n  nothing\n}");
        foreach (var command in new[] { new[] { "schema", "documents" }, ["serve"] })
        {
            var result = await ServerProcess.RunAsync(command, new Dictionary<string, string>
            {
                [Connection] = fixture.Database.ConnectionString,
                ["ASPNETCORE_ENVIRONMENT"] = "Development",
                ["Analytics__Auth__Mode"] = "Open",
                ["Analytics__Documents__Folder"] = folder.Path,
            });
            Assert.Equal(2, result.ExitCode);
            Assert.Contains("wrong.graphql, line 2: Cannot query field 'nothing'", result.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain(" at Analytics.", result.Errors, StringComparison.Ordinal);
        }
    }

    private static Task<CommandResult> RunAsync(string connection, params string[] command) =>
        ServerProcess.RunAsync(command, new Dictionary<string, string> { [Connection] = connection });
}
