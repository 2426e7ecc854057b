// Of weeks only what is selected is read: whatever the way in which it is, each value is the one of the whole answer.
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Api;

public sealed class LookAheadTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private const string All =
        "nodes { weekStart sessionCount avgRpe exerciseCount } totals { weekCount sessionCount totalVolumeKg avgRpe exerciseCount }";

    private static readonly string[] Calendars = ["", ", timeZone: \"Asia/Tokyo\", weekStartsOn: SUNDAY"];

    /// <summary>Fragments stand behind the operation; <c>w</c> is the range, <c>o</c> the same in the other calendar.</summary>
    [Theory]
    [InlineData("w { nodes { sessionCount } }")]
    [InlineData("w { nodes { exerciseCount } }")]
    [InlineData("w { nodes { sessionCount } totals { sessionCount totalVolumeKg } }")]
    [InlineData("w { totals { avgRpe } }")]
    [InlineData("w { nodes { sessionCount } totals { exerciseCount } }")]
    [InlineData("w { nodes { exerciseCount } totals { sessionCount } }")]
    [InlineData("w { nodes { sessionCount ...Counted } ...Summed }")]
    [InlineData("w { ... { totals { ... on WeeklyTotals { avgRpe } } } nodes { avgRpe } }")]
    [InlineData("w { totals { weekCount } totals { exerciseCount } nodes { weekStart } nodes { exerciseCount } }")]
    [InlineData("w { totals { weekCount } } w { totals { avgRpe } nodes { exerciseCount } }")]
    [InlineData("w { totals @include(if: $yes) { weekCount avgRpe @skip(if: $yes) exerciseCount @include(if: $yes) } nodes { weekStart exerciseCount @include(if: $yes) } }")]
    [InlineData("w { nodes { exerciseCount } } o { nodes { sessionCount } totals { weekCount } }")]
    [InlineData("w { totals { weekCount } } o { nodes { exerciseCount } totals { avgRpe exerciseCount } }")]
    public async Task Whatever_is_selected_in_whatever_way_is_there(string selected)
    {
        var user = await UserAsync();
        for (var i = 0; i < Calendars.Length; i++)
        {
            var (mine, other) = (Field("w", Calendars[i]), Field("o", Calendars[1 - i]));
            var whole = await DataAsync(user, $"{mine} {{ {All} }} {other} {{ {All} }}");
            var text = selected.Replace("w {", $"{mine} {{", StringComparison.Ordinal).Replace("o {", $"{other} {{", StringComparison.Ordinal);
            var part = await DataAsync(user, text);
            foreach (var field in part.EnumerateObject())
                AssertPartOf(field.Value, whole.GetProperty(field.Name));
        }
    }

    private static string Field(string alias, string calendar) =>
        $"{alias}: weeklyAggregates(userId: $userId, from: \"2026-03-01\", to: \"2026-03-31\"{calendar})";

    private static void AssertPartOf(JsonElement part, JsonElement whole)
    {
        if (part.ValueKind == JsonValueKind.Object)
            foreach (var member in part.EnumerateObject())
                AssertPartOf(member.Value, whole.GetProperty(member.Name));
        else if (part.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(whole.GetArrayLength(), part.GetArrayLength());
            foreach (var (one, of) in part.EnumerateArray().Zip(whole.EnumerateArray())) AssertPartOf(one, of);
        }
        else Assert.Equal(whole.GetRawText(), part.GetRawText());
    }

    private async Task<Guid> UserAsync()
    {
        var user = await server.Workouts.UserAsync();
        var (squat, bench) = (await server.Workouts.ExerciseAsync(), await server.Workouts.ExerciseAsync("Bench"));
        for (var day = 2; day < 28; day += 3)
        {
            var session = await server.Workouts.SessionAsync(user, $"2026-03-{day:00}T23:30:00Z");
            await server.Workouts.SetAsync(session, squat, 5, 60 + day, 7m + (day % 3));
            if (day % 2 == 0) await server.Workouts.SetAsync(session, bench, 5, 40 + day, 8m);
        }
        await server.FreshAsync();
        return user;
    }

    private async Task<JsonElement> DataAsync(Guid userId, string fields)
    {
        var uses = fields.Contains("...Counted", StringComparison.Ordinal)
            ? "fragment Counted on WeeklyAggregate { exerciseCount } fragment Summed on WeeklyAggregates { totals { ...Means weekCount } } fragment Means on WeeklyTotals { avgRpe }"
            : "";
        var yes = fields.Contains("$yes", StringComparison.Ordinal) ? ", $yes: Boolean! = true" : "";
        var answer = await server.AskAsync($"query ($userId: ID!{yes}) {{ {fields} }} {uses}", new { userId });
        Assert.False(answer.TryGetProperty("errors", out var errors), errors.ToString());
        return answer.GetProperty("data");
    }
}
