// Rows with faults: each is named by its line, its column, its value and what would have fitted; the others are read.
using Analytics.Demo.Importing.Reading;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class BadRowTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string Good = "2024-01-10 19:30:00,A,1h 5m,Squat,1,100,5,0,0,,,8";

    [Theory]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,100,abc,0,0,,,", "'Reps' is 'abc'; a whole number from 0 to 100000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,100,5.5,0,0,,,", "'Reps' is '5.5'; a whole number from 0 to 100000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,100,-5,0,0,,,", "'Reps' is '-5'; a whole number from 0 to 100000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,-100,5,0,0,,,", "'Weight' is '-100'; a number from 0 to 10000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,10001,5,0,0,,,", "'Weight' is '10001'; a number from 0 to 10000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,\"1.234,5\",5,0,0,,,", "'Weight' is '1.234,5'; a number from 0 to 10000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,1e3,5,0,0,,,", "'Weight' is '1e3'; a number from 0 to 10000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,NaN,5,0,0,,,", "'Weight' is 'NaN'; a number from 0 to 10000.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,100,5,0,0,,,11", "'RPE' is '11'; a number from 0 to 10.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,X,100,5,0,0,,,", "'Set Order' is 'X'; a number, W, D, F, 'Rest Timer' or 'Note'.")]
    [InlineData("2024-01-10 19:30:00,A,1h,,1,100,5,0,0,,,", "'Exercise Name' is empty; the name of an exercise.")]
    [InlineData("2024-01-10 19:30:00,A,soon,Squat,1,100,5,0,0,,,",
        "'Duration' is 'soon'; a duration such as '1h 5m', '38min' or seconds, at most 8784h.")]
    [InlineData("10/01/2024 19:30,A,1h,Squat,1,100,5,0,0,,,",
        "'Date' is '10/01/2024 19:30'; a time such as '2024-08-14 18:03:12' or '14 Aug 2024, 18:03', from 1970 to 2100.")]
    [InlineData("2024-02-30 19:30:00,A,1h,Squat,1,100,5,0,0,,,",
        "'Date' is '2024-02-30 19:30:00'; a time such as '2024-08-14 18:03:12' or '14 Aug 2024, 18:03', from 1970 to 2100.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,1,102,5,5,0,0,,,8",
        "13 fields; the header has 12. Quote a field that holds the delimiter, such as '102,5'.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat", "4 fields; the header has 12. The row was cut off.")]
    [InlineData("2024-01-10 19:30:00,A,1h,\"Squ\"at\",1,100,5,0,0,,,", "a quote inside of a quoted field; double it.")]
    [InlineData("2024-01-10 19:30:00,A,1h,Squat,\u001b[31m,100,5,0,0,,,",
        "'Set Order' is '·[31m'; a number, W, D, F, 'Rest Timer' or 'Note'.")]
    public void A_row_with_a_fault_is_named_and_the_others_are_read(string row, string reason)
    {
        var history = Exports.Read(Exports.Strong(Good, "", row, Good));
        Assert.Equal([new BadRow(4, reason)], history.BadRows);
        Assert.Equal([100m, 100m], history.Sessions.SelectMany(s => s.Sets).Select(s => s.WeightKg!.Value));
    }

    [Theory]
    [InlineData("A,\"14 Aug 2024, 18:03\",\"14 Aug 2024, 18:02\",,Squat,,,0,normal,100,5,,,",
        "'end_time' is '14 Aug 2024, 18:02'; not before 'start_time', which is '14 Aug 2024, 18:03'.")]
    [InlineData("A,\"14 Aug 2024, 18:03\",never,,Squat,,,0,normal,100,5,,,",
        "'end_time' is 'never'; a time such as '2024-08-14 18:03:12' or '14 Aug 2024, 18:03', from 1970 to 2100.")]
    [InlineData("A,\"14 Aug 2024, 18:03\",,,Squat,,,0,myoreps,100,5,,,", "'set_type' is 'myoreps'; normal, warmup, failure or dropset.")]
    [InlineData("A,\"14 Aug 2024, 18:03\",,,Squat,,,0,normal,100,5,,99999999,",
        "'duration_seconds' is '99999999'; seconds from 0 to 31622400.")]
    public void Of_hevy_too(string row, string reason) =>
        Assert.Equal([new BadRow(2, reason)], Exports.Read(Exports.Hevy(row)).BadRows);

    [Fact]
    public void A_unit_that_nobody_knows_is_a_fault_of_its_row()
    {
        var bad = Exports.Read(Exports.Text("strong-semicolon-units.csv").Replace(";lbs;", ";stone;", StringComparison.Ordinal)).BadRows;
        Assert.Equal([new BadRow(2, "'Weight Unit' is 'stone'; one of kg, kgs, lb, lbs.")], bad);
    }

    [Fact]
    public void A_line_is_counted_where_the_row_begins_also_after_notes_over_several_lines()
    {
        var history = Exports.Read(Exports.Strong(
            "2024-01-10 19:30:00,A,1h,Squat,1,100,5,0,0,\"a\nb\nc\",,",
            "2024-01-10 19:30:00,A,1h,Squat,2,x,5,0,0,\"d\ne\",,",
            "2024-01-10 19:30:00,A,1h,Squat,3,y,5,0,0,,,"));
        Assert.Equal([5, 7], history.BadRows.Select(b => b.Line));
    }

    [Fact]
    public void A_quote_inside_of_a_name_without_quotes_is_a_character_like_any_other() => Assert.Equal(
        "5\" pipe press",
        Exports.Read(Exports.Strong("2024-01-10 19:30:00,A,1h,5\" pipe press,1,100,5,0,0,,,")).Sessions[0].Sets[0].Exercise);

    [Fact]
    public async Task Twenty_faults_are_listed_and_the_rest_counted_and_the_good_rows_imported()
    {
        string[] bad = [.. Enumerable.Range(0, 25).Select(i => $"2024-01-10 19:30:00,A,1h,Squat,1,100,x{i},0,0,,,")];
        var text = Exports.Strong([Good, .. bad]);
        var result = await Exports.RunAsync(text, s => s with { User = "Twenty", Connection = fixture.Database.ConnectionString });
        Assert.Equal((0, ""), (result.ExitCode, result.Errors));
        var lines = result.Output.Split('\n');
        Assert.Equal(20, lines.Count(l => l.StartsWith("line ", StringComparison.Ordinal)));
        Assert.Contains("line 22: 'Reps' is 'x19'; a whole number from 0 to 100000.", lines);
        Assert.Contains("… and 5 more lines with faults", lines);
        Assert.Contains("25 rows skipped for faults; 0 rest timers and notes are no sets", lines);
        Assert.Contains("sessions: 1 new, 0 changed; sets: 1 new, 0 changed, 0 deleted; exercises: 1 new", lines);
    }

    [Fact]
    public async Task The_summary_says_what_was_read_and_how_to_see_it()
    {
        var result = await Exports.RunAsync(
            Exports.Bytes("strong-comma.csv"), s => s with { User = "Summary", Connection = fixture.Database.ConnectionString });
        Assert.Contains(
            "Strong, 10 rows; local times are of UTC, numbers without a unit in kg and km", result.Output, StringComparison.Ordinal);
        Assert.Contains("3 sessions, 8 sets, 4 exercises from 2024-01-01 to 2024-01-10", result.Output, StringComparison.Ordinal);
        Assert.Contains("0 rows skipped for faults; 2 rest timers and notes are no sets", result.Output, StringComparison.Ordinal);
        var user = await fixture.Database.ScalarAsync<Guid>("select user_id from core.users where display_name = 'Summary'");
        Assert.Contains($"Summary is the new user {user}", result.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"weeklyAggregates(userId: \"{user}\", from: \"2023-10-23\", to: \"2024-01-08\")", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, await fixture.Database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
    }
}
