// The same file again changes nothing, a later one changes what differs, and nothing else is touched.
using Analytics.Demo.Importing.Writing;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class RepeatTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private readonly TestDatabase _database = fixture.Database;
    private readonly Workouts _workouts = new(fixture.Database);

    [Theory]
    [InlineData("strong-comma.csv", "repeat 1")]
    [InlineData("hevy-lbs.csv", "repeat 2")]
    public async Task The_same_file_twice_changes_nothing_and_stages_nothing(string file, string user)
    {
        var first = await ImportAsync(Exports.Text(file), user);
        Assert.True(first.NewUser && first.NewSets > 0);
        await _workouts.DrainAsync();
        var rows = await RowsAsync();

        var second = await ImportAsync(Exports.Text(file), user);
        Assert.Equal((first.User, false, 0, 0), (second.User, second.NewUser, second.NewExercises, second.Rows));
        Assert.Equal(rows, await RowsAsync()); // With the transaction that wrote each row.
        Assert.Equal(0, await _database.ScalarAsync<long>("select count(*) from analytics.staging_changes"));
    }

    [Fact]
    public async Task A_changed_file_updates_what_changed_and_the_weeks_follow()
    {
        var before = Exports.Text("strong-comma.csv");
        var user = (await ImportAsync(before, "changed")).User;
        // One weight, one duration, one set more: 85 x 4 in place of 82.5 x 4, and 100 x 1.
        var after = before.Replace("82.5,4.0", "85,4", StringComparison.Ordinal).Replace("38min", "40m", StringComparison.Ordinal)
            + "2024-01-01 18:00:00,\"Push, heavy\",1h 5m,\"Bench Press (Barbell)\",3,100,1,0,0,,,\n";
        var written = await ImportAsync(after, "changed");
        Assert.Equal((0, 1), (written.NewSessions, written.ChangedSessions));
        Assert.Equal((1, 1, 0), (written.NewSets, written.ChangedSets, written.DeletedSets));
        await _workouts.DrainAsync();
        Assert.Equal("1500 kg, 6300 s", await _database.ScalarAsync<string>("""
            select trim_scale(w.total_volume_kg) || ' kg, ' || w.total_duration_s || ' s'
            from analytics.weekly_aggregates_current as w where w.user_id = @user and w.week_start = '2024-01-01'
            """, new { user }));
    }

    [Fact]
    public async Task A_set_that_vanished_is_deleted_and_a_session_that_the_file_does_not_have_stays()
    {
        var user = (await ImportAsync(Exports.Text("strong-comma.csv"), "vanished")).User;
        var written = await ImportAsync(Exports.Strong("2024-01-10 19:30:00,懸垂デー,264h 1m,懸垂,1,0,8,0,0,,,"), "vanished");
        Assert.Equal((1, 1), (written.DeletedSets, written.Rows));
        Assert.Equal(3, await _database.ScalarAsync<long>("select count(*) from core.sessions where user_id = @user", new { user }));
        Assert.Equal(7, await SetsAsync(user));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_any_more_leaves_what_it_was_and_moves_no_other()
    {
        var text = Exports.Text("strong-comma.csv");
        var user = (await ImportAsync(text, "unread")).User;
        var written = await ImportAsync(text.Replace(",80.0,5,", ",80.0,five,", StringComparison.Ordinal), "unread");
        Assert.Equal((0, 8), (written.Rows, await SetsAsync(user)));
    }

    [Fact]
    public async Task A_set_that_somebody_else_wrote_into_an_imported_session_stays()
    {
        var user = (await ImportAsync(Exports.Text("hevy-kg.csv"), "foreign")).User;
        var session = await _database.ScalarAsync<Guid>("select session_id from core.sessions where user_id = @user limit 1", new { user });
        await _workouts.SetAsync(session, await _workouts.ExerciseAsync("Foreign"), 1, 1);
        Assert.Equal(0, (await ImportAsync(Exports.Text("hevy-kg.csv"), "foreign")).Rows);
        Assert.Equal(7, await SetsAsync(user));
    }

    [Fact]
    public async Task Another_time_zone_moves_the_sessions_and_does_not_double_them()
    {
        await ImportAsync(Exports.Text("hevy-kg.csv"), "moved");
        var written = await Exports.ImportAsync(_database, Exports.Text("hevy-kg.csv"), "moved", "Europe/Berlin");
        Assert.Equal((0, 2, 2), (written.NewSessions, written.ChangedSessions, written.Rows));
        Assert.Equal(new DateTime(2024, 8, 14, 16, 3, 0), await _database.ScalarAsync<DateTime>(
            "select started_at at time zone 'UTC' from core.sessions where user_id = @User and title = 'Push'", new { written.User }));
    }

    [Fact]
    public async Task An_exercise_of_the_catalogue_is_taken_in_any_casing_and_a_new_one_made_once()
    {
        var known = await _workouts.ExerciseAsync("ÜBERZUG (Kabel)");
        var written = await ImportAsync(Exports.Strong(
            "2024-01-10 19:30:00,A,1h,überzug (kabel),1,10,1,0,0,,,",
            "2024-01-10 19:30:00,A,1h,Neu,1,10,1,0,0,,,",
            "2024-01-10 19:30:00,A,1h,NEU,2,10,1,0,0,,,"), "casing");
        Assert.Equal((1, 3), (written.NewExercises, written.NewSets));
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from core.sets where exercise_id = @known", new { known }));
        Assert.Equal(["Neu"], await _database.QueryAsync<string>("select name from core.exercises where lower(name) = 'neu'"));
    }

    [Fact]
    public async Task A_name_has_the_same_user_in_every_database()
    {
        // Python: SHA-256 of uuid.UUID('6f0d1f0c-6c1b-4b5e-9a55-0f7f7a3f5d21').bytes + b'user Ada', its first 16 bytes with the
        // version 8 and the variant of RFC 9562 written in.
        var ada = new Guid("809b397b-8445-86a5-b363-39ee86005461");
        Assert.Equal(ada, (await ImportAsync(Exports.Text("strong-kg-km.csv"), "Ada")).User);
        Assert.NotEqual(ada, (await ImportAsync(Exports.Text("strong-kg-km.csv"), "ada")).User);
    }

    private Task<Written> ImportAsync(string text, string user) => Exports.ImportAsync(_database, text, user);

    private Task<long> SetsAsync(Guid user) => _database.ScalarAsync<long>(
        "select count(*) from core.sets as t join core.sessions as s using (session_id) where s.user_id = @user", new { user });

    private Task<IReadOnlyList<string>> RowsAsync() => _database.QueryAsync<string>("""
        select u.xmin::text || ' ' || u::text from core.users as u
        union all select s.xmin::text || ' ' || s::text from core.sessions as s
        union all select t.xmin::text || ' ' || t::text from core.sets as t
        union all select e.xmin::text || ' ' || e::text from core.exercises as e order by 1
        """);
}
