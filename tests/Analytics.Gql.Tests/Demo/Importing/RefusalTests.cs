// Files and settings that are refused as a whole: a sentence that says why and what to do, and not a row in the database.
using System.Text;
using Analytics.Demo.Importing;
using Analytics.Demo.Importing.Reading;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class RefusalTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private const string Row = "2024-01-10 19:30:00,A,1h 5m,Squat,1,100,5,0,0,,,8";
    private const string Rows =
        "select (select count(*) from core.users) + (select count(*) from core.exercises) + (select count(*) from core.sessions)";

    public static TheoryData<string, byte[], string> Files => new()
    {
        { "empty", [], "FILE is empty. Export it again, or give another file." },
        { "nothing but blanks", "\n  \n"u8.ToArray(), "FILE is empty. Export it again, or give another file." },
        { "prose", "Dear diary,\ntoday I lifted.\n"u8.ToArray(), "FILE is no export of Strong or Hevy: its first line is 'Dear diary', ''. "
            + "Strong's has Date, Workout Name, Exercise Name, Set Order; Hevy's title, start_time, exercise_title." },
        { "another app", "Date,Exercise,Category,Weight,Unit,Reps,Distance,Time,Comment\n"u8.ToArray(),
            "FILE is no export of Strong or Hevy: its first line is "
            + "'Date', 'Exercise', 'Category', 'Weight', 'Unit', 'Reps', 'Distance', 'Time' and 1 more. "
            + "Strong's has Date, Workout Name, Exercise Name, Set Order; Hevy's title, start_time, exercise_title." },
        { "image", [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0, 0, 0x0D],
            "FILE is not a text file: byte 9 is NUL. "
            + "Give the .csv file that Strong or Hevy exported, not an archive, a spreadsheet or an image." },
        { "latin 1", [.. Encoding.UTF8.GetBytes(Exports.StrongHeader), (byte)'\n', 0xDC, (byte)'b', (byte)'e', (byte)'r'],
            "FILE is not UTF-8: byte 105 is 0xDC. Save it as UTF-8 (Excel: 'CSV UTF-8'), or export it again." },
        { "half of utf 16", [0xFF, 0xFE, (byte)'D', 0, 0x00, 0xD8, (byte)'a', 0],
            "FILE begins as UTF-16 but goes on as something else. Save it as UTF-8, or export it again." },
        { "no reps", Encoding.UTF8.GetBytes("Date,Workout Name,Exercise Name,Set Order,Weight\n"),
            "FILE looks like an export of Strong but has no column 'Reps'. Export it again, or add the column." },
        { "no weight", Encoding.UTF8.GetBytes("title,start_time,exercise_title,set_index,reps\n"),
            "FILE looks like an export of Hevy but has no column 'weight_kg' or 'weight_lbs'. Export it again, or add the column." },
        { "a column twice", Encoding.UTF8.GetBytes("Date,Workout Name,Exercise Name,Set Order,Reps,Weight,reps\n"),
            "FILE has the column 'reps' twice, as its 5. and its 7. Remove one." },
        { "an open quote", Encoding.UTF8.GetBytes(Exports.Strong(Row, "2024-01-10 19:30:00,A,1h 5m,\"Squat,1,100,5,0,0,,,8", Row, Row)),
            "line 3: a quote that opens here is never closed. The file was cut off or edited; export it again." },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_that_is_no_export_is_refused_and_nothing_is_changed(string kind, byte[] file, string error)
    {
        var result = await RunAsync(file);
        Assert.True(error == result.Errors.Trim(), $"{kind}: {result.Errors}");
        Assert.Equal((2, 0L), (result.ExitCode, await fixture.Database.ScalarAsync<long>(Rows)));
    }

    [Theory]
    [InlineData("2024-01-10 19:30:00,A,1h 5m,Squat,1,100,five,0,0,,,8", "line 2: 'Reps' is 'five'; a whole number from 0 to 100000.")]
    [InlineData("2024-01-10 19:30:00,A,1h 5m,Squat,Rest Timer,0,0,0,90,,,",
        "0 rows skipped for faults; 1 rest timers and notes are no sets")]
    public async Task A_file_without_a_set_that_can_be_imported_ends_with_1(string row, string said)
    {
        var result = await RunAsync(Encoding.UTF8.GetBytes(Exports.Strong(row)));
        Assert.Equal((1, 0L), (result.ExitCode, await fixture.Database.ScalarAsync<long>(Rows)));
        Assert.Contains(said, result.Output, StringComparison.Ordinal);
        Assert.Equal("FILE holds no set that can be imported; nothing was changed.", result.Errors.Trim());
    }

    public static TheoryData<Func<ImportSettings, ImportSettings>, string> Settings => new()
    {
        { s => s with { File = "/no/such.csv" },
            "/no/such.csv does not exist. Give the path of the .csv file that Strong or Hevy exported." },
        { s => s with { File = "/" }, "/ is a folder. Give the .csv file in it." },
        { s => s with { TimeZone = "Mars/Olympus" },
            "--time-zone 'Mars/Olympus' is unknown. Give an IANA name such as Europe/Berlin, or leave it out for" },
        { s => s with { Unit = "stone" }, "--unit 'stone' is unknown. Give kg or lb." },
        { s => s with { User = " " }, "--user has 0 characters; 1 to 200, and no control characters. Give the athlete's name." },
        { s => s with { Folder = "/var/tmp/x" }, "--data and --connection are both given. Give the one that the workouts should go to." },
        { s => s with { Connection = "Host=127.0.0.1;Port=1;Username=nobody;Timeout=2" }, "Correct that and import the file again." },
        { s => s with { Connection = "Hosst=127.0.0.1" }, "Correct that and import the file again." },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_setting_that_cannot_be_used_is_refused_and_nothing_is_changed(
        Func<ImportSettings, ImportSettings> change, string error)
    {
        var result = await Exports.RunAsync(Exports.Strong(Row), s => change(s with { Connection = fixture.Database.ConnectionString }));
        Assert.Contains(error, result.Errors, StringComparison.Ordinal);
        Assert.Single(result.Errors.Trim().Split('\n'));
        Assert.Equal((2, 0L), (result.ExitCode, await fixture.Database.ScalarAsync<long>(Rows)));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused_unread()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.csv");
        try
        {
            await using (var sparse = new FileStream(file, FileMode.CreateNew))
                sparse.SetLength(ExportText.MaxBytes + 1);
            var refusal = await Assert.ThrowsAsync<ImportRefusedException>(() => ExportText.ReadAsync(file, CancellationToken.None));
            Assert.Equal($"{file} has 67,108,865 bytes; at most 67,108,864. Import it in parts, each with the header.", refusal.Message);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_database_that_refuses_in_the_middle_keeps_nothing()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await database.ExecuteAsync("alter table core.sets add constraint light check (weight_kg < 90)");
        var result = await Exports.RunAsync(Exports.Strong(Row), s => s with { Connection = database.ConnectionString });
        Assert.Equal((2, 0L), (result.ExitCode, await database.ScalarAsync<long>(Rows)));
        Assert.Contains("light", result.Errors, StringComparison.Ordinal);
    }

    private Task<CommandResult> RunAsync(byte[] file) =>
        Exports.RunAsync(file, s => s with { Connection = fixture.Database.ConnectionString });
}
