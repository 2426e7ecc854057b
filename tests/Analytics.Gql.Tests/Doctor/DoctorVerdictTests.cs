// What no test can plant in a real server: verdicts over what the server would have said. And the command as a shell sees it.
using System.Runtime.CompilerServices;
using System.Text.Json;
using Analytics.Gql.Commands;
using Analytics.Gql.Tests.Fixtures;
using Analytics.Store.Doctor;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Analytics.Gql.Tests.Doctor;

public sealed class DoctorVerdictTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Theory]
    [InlineData("127.0.0.1", SslMode.Prefer, false, null)]
    [InlineData("localhost,[::1]", SslMode.Disable, false, null)]
    [InlineData("/var/run/postgresql", SslMode.Prefer, false, null)]
    [InlineData("db.example.com", SslMode.VerifyFull, true, null)]
    [InlineData("db.example.com", SslMode.Prefer, false, "what goes to db.example.com is not encrypted (SSL Mode=Prefer).")]
    [InlineData("db.example.com", SslMode.Require, true, "any certificate of db.example.com is trusted (SSL Mode=Require).")]
    [InlineData("localhost,db2.example.com:5433", SslMode.Prefer, false, "what goes to db2.example.com:5433 is not encrypted (SSL Mode=Prefer).")]
    public void Tls_is_wanted_where_something_crosses_a_network(string hosts, SslMode mode, bool encrypted, string? fault) =>
        Assert.Equal(fault, ConnectionChecks.TlsFault(hosts, mode, encrypted));

    [Theory]
    [InlineData("14.13", true)]
    [InlineData("15.0", false)]
    [InlineData("18.1", false)]
    public void PostgreSQL_before_15_is_too_old(string version, bool old) =>
        Assert.Equal(old, ServerChecks.VersionFault(Version.Parse(version)) is not null);

    [Fact]
    public void Pools_that_the_server_cannot_serve_are_told_with_a_size_that_it_can()
    {
        var options = new DoctorOptions { Primary = new("primary", "Host=db"), Reads = new("reads", "Host=db;Maximum Pool Size=20") };
        Assert.Equal(223, ServerChecks.PoolsOf(options));
        Assert.Equal(203 + Math.Clamp(4 * Environment.ProcessorCount, 8, 100), ServerChecks.PoolsOf(options with { Reads = null }));
        Assert.Null(ServerChecks.ConnectionsFault(223, 223));
        var fault = ServerChecks.ConnectionsFault(223, 97)!;
        Assert.Equal("One node may open 223 connections, and the server takes 97.", fault.Found);
        Assert.Contains("Maximum Pool Size=31", fault.Remedies[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clocks_that_differ_are_told_by_how_much()
    {
        var finding = Assert.Single(await DoctorRun.RunAsync(new DoctorOptions
        {
            Primary = new("primary", fixture.Database.RefresherConnectionString),
            Time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(-5)),
        }, CancellationToken.None), f => f.Id == "server.clock");
        Assert.Matches(@"differs from this machine's by (29|30)\d\.\d s", finding.Found);
    }

    [Fact]
    public async Task Exit_codes_and_json_are_for_scripts()
    {
        await new Workouts(fixture.Database).FullRefreshAsync();
        var fine = await RunAsync(fixture.Database.RefresherConnectionString, "--json");
        Assert.Equal((0, ""), (fine.ExitCode, fine.Errors));
        Assert.Equal(0, JsonDocument.Parse(fine.Output).RootElement.GetProperty("findings").GetArrayLength());

        await fixture.Database.ExecuteAsync("alter table core.sets disable trigger analytics_stage_insert");
        var ill = await RunAsync(fixture.Database.RefresherConnectionString, "--json");
        Assert.Equal((1, ""), (ill.ExitCode, ill.Errors));
        Assert.Equal(
            """
            {"id":"trigger.disabled","severity":"error","found":"trigger analytics_stage_insert on core.sets is disabled: changes are not staged.","remedies":[{"kind":"sql","text":"alter table core.sets enable trigger analytics_stage_insert"},{"kind":"command","text":"analytics-gql refresh --full"}]}
            """, JsonSerializer.Serialize(JsonDocument.Parse(ill.Output).RootElement.GetProperty("findings")[0]));
        var words = await RunAsync(fixture.Database.RefresherConnectionString);
        Assert.Contains("sql> alter table core.sets enable trigger analytics_stage_insert;", words.Output, StringComparison.Ordinal);
        Assert.Contains("$ analytics-gql refresh --full", words.Output, StringComparison.Ordinal);
        await fixture.Database.ExecuteAsync("alter table core.sets enable trigger analytics_stage_insert");

        Assert.Equal(2, (await RunAsync("Host=127.0.0.1;Port=1;Username=nobody;Timeout=2")).ExitCode);
    }

    [Fact]
    public async Task The_documentation_lists_the_checks_that_there_are()
    {
        var page = await File.ReadAllTextAsync(Page());
        Assert.True(page.Contains(DoctorCommand.Table(), StringComparison.Ordinal),
            $"docs/doctor.md lacks the list of checks as 'analytics-gql doctor --list' prints it:\n{DoctorCommand.Table()}");
        Assert.Equal(DoctorRun.Checks.Count, DoctorRun.Checks.Select(c => c.Id).Distinct().Count());
    }

    private static Task<CommandResult> RunAsync(string connection, params string[] arguments) => ServerProcess.RunAsync(
        ["doctor", .. arguments], new Dictionary<string, string> { ["ConnectionStrings__Analytics"] = connection });

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/doctor.md"));
}
