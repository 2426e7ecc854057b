// Each dialect from its file to the weeks, with volumes, distances and durations that were computed by hand.
using System.Text;
using Analytics.Demo.Importing.Reading;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class DialectTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string Weeks = """
        select w.week_start || ': ' || w.session_count || ' sessions, ' || trim_scale(w.total_volume_kg) || ' kg, '
            || trim_scale(w.total_distance_m) || ' m, ' || w.total_duration_s || ' s, ' || w.set_count || ' sets, '
            || coalesce(w.avg_rpe::text, 'no') || ' rpe'
        from analytics.weekly_aggregates_{0} as w where w.user_id = @user order by w.week_start
        """;

    private readonly Workouts _workouts = new(fixture.Database);

    // 80 x 5 + 82.5 x 4 + 60 x 8 + 60 x 3 = 1390; 65 + 38 min; the second: 42.25 x 6, 264 h 1 min.
    [Theory]
    [InlineData("strong-comma.csv",
        "2024-01-01: 2 sessions, 1390 kg, 5200 m, 6180 s, 5 sets, 8.75 rpe",
        "2024-01-08: 1 sessions, 253.5 kg, 0 m, 950460 s, 2 sets, no rpe")]
    // 105.8 lb = 47.990072746 kg, x 13 = 623.870945698, + 20 x 5; 3.1 mi; 62 + 30 min.
    [InlineData("strong-semicolon-units.csv", "2025-06-30: 2 sessions, 723.870945698 kg, 4988.9664 m, 5520 s, 3 sets, 8.50 rpe")]
    // 60 x 7 + 10 x 10
    [InlineData("strong-semicolon-current.csv",
        "2020-05-25: 1 sessions, 520 kg, 0 m, 4195 s, 2 sets, no rpe", "2020-06-01: 1 sessions, 0 kg, 24500 m, 3600 s, 1 sets, no rpe")]
    // 100 x 5 + 102.5 x 5
    [InlineData("strong-kg-km.csv", "2017-03-06: 2 sessions, 1012.5 kg, 2000 m, 0 s, 3 sets, no rpe")]
    // 80 x 5 + 60 x 8 + 60 x 2; 67 + 30 min
    [InlineData("hevy-kg.csv", "2024-08-12: 2 sessions, 1000 kg, 5500 m, 5820 s, 5 sets, 9.00 rpe")]
    // 225 lb = 102.05828325 kg, x 5; 2 mi
    [InlineData("hevy-lbs.csv", "2023-02-06: 1 sessions, 510.29141625 kg, 3218.688 m, 3000 s, 2 sets, no rpe")]
    public async Task The_weeks_of_a_dialect_are_those_computed_by_hand(string file, params string[] weeks)
    {
        var history = Exports.Read(Exports.Text(file));
        Assert.Empty(history.BadRows);
        var user = (await Exports.ImportAsync(fixture.Database, Exports.Text(file), file)).User;
        Assert.Equal(weeks, await WeeksAsync("live", user));

        await _workouts.DrainAsync();
        Assert.Equal(weeks, await WeeksAsync("current", user));
        await _workouts.AssertExactAsync();
    }

    [Theory]
    [InlineData("strong-comma.csv", "strength", "run", "strength")]
    [InlineData("strong-semicolon-units.csv", "strength", "run")]
    [InlineData("strong-semicolon-current.csv", "strength", "ride")]
    [InlineData("strong-kg-km.csv", "strength", "row")]
    [InlineData("hevy-kg.csv", "strength", "run")]
    [InlineData("hevy-lbs.csv", "strength")]
    public void A_session_is_strength_unless_every_set_has_a_distance(string file, params string[] types) =>
        Assert.Equal(types, Exports.Read(Exports.Text(file)).Sessions.Select(s => s.ActivityType));

    [Fact]
    public void Any_unicode_in_names_is_kept_and_blanks_around_them_are_not()
    {
        var history = Exports.Read(Exports.Text("strong-comma.csv"));
        Assert.Equal(["Push, heavy", "Lauf 🏃", "懸垂デー"], history.Sessions.Select(s => s.Title));
        Assert.Equal(["懸垂", "Überkopfdrücken (Langhantel)"], history.Sessions[2].Sets.Select(s => s.Exercise));
        Assert.Equal("Day 3", Exports.Read(Exports.Text("strong-semicolon-current.csv")).Sessions[0].Title);
    }

    [Theory]
    [InlineData("strong-comma.csv", 10, 2, 8)]
    [InlineData("strong-semicolon-current.csv", 6, 2, 4)]
    [InlineData("hevy-kg.csv", 6, 0, 6)]
    public void Rest_timers_and_notes_are_counted_and_are_neither_sets_nor_faults(string file, int rows, int pausesAndNotes, int sets)
    {
        var history = Exports.Read(Exports.Text(file));
        Assert.Equal((rows, pausesAndNotes, sets), (history.Rows, history.PauseAndNoteRows, history.Sets));
    }

    [Fact]
    public void A_bare_weight_and_distance_are_what_the_importer_says_and_the_files_own_unit_wins()
    {
        var bare = Exports.Read(Exports.Text("strong-comma.csv"), unit: UnitSystem.Imperial);
        Assert.Equal(36.2873896m, bare.Sessions[0].Sets[1].WeightKg); // 80 lb
        Assert.Equal(8368.5888m, bare.Sessions[1].Sets[0].DistanceM); // 5.2 mi
        string[] telling =
            ["strong-semicolon-units.csv", "strong-semicolon-current.csv", "strong-kg-km.csv", "hevy-kg.csv", "hevy-lbs.csv"];
        foreach (var file in telling)
            Assert.Equal(
                Exports.Read(Exports.Text(file)).Sessions.SelectMany(s => s.Sets),
                Exports.Read(Exports.Text(file), unit: UnitSystem.Imperial).Sessions.SelectMany(s => s.Sets));
    }

    [Fact]
    public void Line_ends_of_windows_and_a_file_in_utf_16_read_the_same()
    {
        var text = Exports.Text("hevy-kg.csv");
        var plain = Exports.Read(text);
        var windows = Exports.Read(text.Replace("\n", "\r\n", StringComparison.Ordinal));
        byte[] bytes = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)];
        var utf16 = Exports.Read(ExportText.Decode(bytes, "export.csv"));
        Assert.Equal(6, plain.Sets);
        Assert.Equal(plain.Sessions.SelectMany(s => s.Sets), windows.Sessions.SelectMany(s => s.Sets));
        Assert.Equal(plain.Sessions.SelectMany(s => s.Sets), utf16.Sessions.SelectMany(s => s.Sets));
    }

    private Task<IReadOnlyList<string>> WeeksAsync(string source, Guid user) =>
        fixture.Database.QueryAsync<string>(Weeks.Replace("{0}", source, StringComparison.Ordinal), new { user });
}
