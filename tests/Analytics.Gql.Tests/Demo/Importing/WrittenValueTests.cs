// Times, durations and numbers as the apps write them.
namespace Analytics.Gql.Tests.Demo.Importing;

public sealed class WrittenValueTests
{
    [Theory]
    [InlineData("2024-08-14 18:03:12", "UTC", "2024-08-14T18:03:12Z")]
    [InlineData("2024-08-14 18:03:12", "America/New_York", "2024-08-14T22:03:12Z")]
    [InlineData("2024-08-14 6:03:12\u202fPM", "UTC", "2024-08-14T18:03:12Z")]
    [InlineData("2024-08-14T18:03:12", "UTC", "2024-08-14T18:03:12Z")]
    [InlineData("14 Aug 2024, 18:03", "Asia/Tokyo", "2024-08-14T09:03:00Z")]
    [InlineData("4 August 2024, 08:03", "UTC", "2024-08-04T08:03:00Z")]
    [InlineData("Aug 14, 2024, 6:03 PM", "UTC", "2024-08-14T18:03:00Z")]
    [InlineData("2024-08-14 18:03:12 +0200", "Asia/Tokyo", "2024-08-14T16:03:12Z")]
    [InlineData("2024-08-14T18:03:12Z", "Asia/Tokyo", "2024-08-14T18:03:12Z")]
    // 02:30 did not exist: clocks went from 02:00 to 03:00.
    [InlineData("2024-03-31 02:30:00", "Europe/Berlin", "2024-03-31T01:30:00Z")]
    [InlineData("2024-03-31 03:30:00", "Europe/Berlin", "2024-03-31T01:30:00Z")]
    // 02:30 was twice, and the first is taken.
    [InlineData("2024-10-27 02:30:00", "Europe/Berlin", "2024-10-27T00:30:00Z")]
    [InlineData("2024-10-27 03:30:00", "Europe/Berlin", "2024-10-27T02:30:00Z")]
    public void A_time_is_read_in_the_zone_that_is_given(string written, string zone, string instant)
    {
        var session = Assert.Single(Exports.Read(Exports.Strong($"\"{written}\",A,1h,Squat,1,100,5,0,0,,,"), zone).Sessions);
        Assert.Equal(instant, session.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        Assert.Equal(TimeSpan.FromHours(1), session.EndedAt - session.StartedAt);
    }

    [Fact]
    public void A_workout_over_the_hour_that_comes_twice_ends_after_it_starts()
    {
        var session = Assert.Single(Exports.Read(
            Exports.Hevy("A,\"27 Oct 2024, 02:50\",\"27 Oct 2024, 02:20\",,Squat,,,0,normal,100,5,,,"), "Europe/Berlin").Sessions);
        Assert.Equal(TimeSpan.FromMinutes(30), session.EndedAt - session.StartedAt);
    }

    [Theory]
    [InlineData("1h 5m", 3900)]
    [InlineData("38min", 2280)]
    [InlineData("264h 1m", 950460)]
    [InlineData("62m", 3720)]
    [InlineData("2h", 7200)]
    [InlineData("1h 2m 3s", 3723)]
    [InlineData("45s", 45)]
    [InlineData("1 hr 5 mins", 3900)]
    [InlineData("4195", 4195)]
    [InlineData("0m", 0)]
    [InlineData("8784h", 31_622_400)]
    [InlineData("", null)]
    public void A_duration_gives_the_end_and_none_gives_none(string duration, int? seconds)
    {
        var session = Assert.Single(Exports.Read(Exports.Strong($"2024-08-14 18:03:12,A,{duration},Squat,1,100,5,0,0,,,")).Sessions);
        Assert.Equal(seconds, (session.EndedAt - session.StartedAt)?.TotalSeconds);
    }

    [Theory]
    [InlineData("8785h")]
    [InlineData("999999999h 999999999m 999999999s")]
    [InlineData("5m 1h")]
    [InlineData("-5m")]
    [InlineData("1:05:00")]
    [InlineData("٣m")]
    public void What_is_no_duration_is_a_fault(string duration) =>
        Assert.Single(Exports.Read(Exports.Strong($"2024-08-14 18:03:12,A,{duration},Squat,1,100,5,0,0,,,")).BadRows);

    [Theory]
    [InlineData("60.0", "60")]
    [InlineData("\"102,5\"", "102.5")]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData("10000", "10000")]
    [InlineData(" 7.25 ", "7.25")]
    public void A_weight_is_exact_and_zero_is_none(string weight, string? kilograms) => Assert.Equal(
        kilograms, Exports.Read(Exports.Strong($"2024-08-14 18:03:12,A,1h,Squat,1,{weight},5,0,0,,,")).Sessions[0].Sets[0].WeightKg
            ?.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void The_newest_first_order_of_hevy_does_not_matter()
    {
        var lines = Exports.Text("hevy-kg.csv").ReplaceLineEndings("\n");
        var history = Exports.Read(lines);
        Assert.Equal(["Push", "Sunday run"], history.Sessions.Select(s => s.Title));
        Assert.Equal([0, 1, 2, 3, 4], history.Sessions[0].Sets.Select(s => s.Ordinal));
    }
}
