// An athlete whose own training was imported, in a demo with made-up ones.
using Analytics.Demo.Live;
using Analytics.Demo.Seeding;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class ImportedAthleteTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task The_demo_shows_the_imported_athlete_first_and_logs_nothing_made_up_there()
    {
        var plan = new SeedPlan(Users: 2, Weeks: 4, Seed: 1, DateTimeOffset.UtcNow);
        var seeded = await Seeder.SeedAsync(fixture.Database.DataSource, plan, new Progress<SeedProgress>(), CancellationToken.None);
        var imported = (await Exports.ImportAsync(fixture.Database, Exports.Text("strong-kg-km.csv"), "Xaver Imported")).User;
        Assert.Equal(
            new FeaturedUser(imported, new DateOnly(2017, 3, 6)),
            await Seeder.FeaturedUserAsync(fixture.Database.DataSource, CancellationToken.None));

        await LiveAsync(lines: 40, featured: imported);
        Assert.Equal(2, await fixture.Database.ScalarAsync<long>(
            "select count(*) from core.sessions where user_id = @imported", new { imported }));
        Assert.True(await fixture.Database.ScalarAsync<long>("select count(*) from core.sessions") > seeded.Sessions + 2);
    }

    /// <summary>A write each millisecond until so many lines were said.</summary>
    private async Task LiveAsync(int lines, Guid featured)
    {
        using var enough = new CancellationTokenSource();
        var said = new List<string>();
        await LiveWriter.RunAsync(fixture.Database.DataSource, TimeSpan.FromMilliseconds(1), line =>
        {
            said.Add(line);
            if (said.Count == lines)
                enough.Cancel();
        }, enough.Token, featured);
        Assert.All(said, line => Assert.DoesNotContain("Xaver", line, StringComparison.Ordinal));
    }
}
