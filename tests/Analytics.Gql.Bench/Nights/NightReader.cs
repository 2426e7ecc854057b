// A client of the service that asks again and again, mostly for what has been refreshed, and has each answer judged.
using System.Diagnostics;
using System.Text.Json;

namespace Analytics.Gql.Bench.Nights;

internal sealed class NightReader(Uri service, IReadOnlyList<NightWriter> writers, NightTally tally)
{
    private const int FreshOneIn = 8;
    private static readonly TimeSpan Current = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private const string Query = """
        query ($user: ID!, $consistency: Consistency!) {
          weeklyAggregates(userId: $user, from: "2026-02-01", to: "2026-04-30", consistency: $consistency) {
            totals { sessionCount setCount totalVolumeKg }
            freshness { asOf }
          }
        }
        """;

    public async Task RunAsync(CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        while (!stop.IsCancellationRequested)
        {
            var fresh = Random.Shared.Next(FreshOneIn) == 0;
            var writer = writers[Random.Shared.Next(writers.Count)];
            var started = Stopwatch.GetTimestamp();
            var (error, wrong, _) = await AskAsync(http, new Uri(service, "graphql"), writer, fresh, CancellationToken.None);
            tally.Answered(fresh, error, wrong, Stopwatch.GetElapsedTime(started));
            await Task.WhenAny(Task.Delay(Pause, stop));
        }
    }

    /// <summary>Asks once.</summary>
    /// <returns>An error's code or the transport's fault; what is wrong with the answer; whether it is as of the last few seconds.</returns>
    public static async Task<(string? Error, string? Wrong, bool IsCurrent)> AskAsync(
        HttpClient http, Uri endpoint, NightWriter writer, bool fresh, CancellationToken ct)
    {
        var atLeast = fresh ? writer.Committed : 0;
        try
        {
            using var response = await http.PostAsJsonAsync(
                endpoint, new { query = Query, variables = new { user = writer.User, consistency = fresh ? "FRESH" : "REFRESHED" } }, ct);
            if (!response.IsSuccessStatusCode)
                return ($"HTTP {(int)response.StatusCode}", null, false);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(ct));
            if (json.RootElement.TryGetProperty("errors", out var errors))
                return (errors[0].GetProperty("extensions").GetProperty("code").GetString(), null, false);
            var weeks = json.RootElement.GetProperty("data").GetProperty("weeklyAggregates");
            var (totals, freshness) = (weeks.GetProperty("totals"), weeks.GetProperty("freshness"));
            var wrong = writer.Judge(
                totals.GetProperty("sessionCount").GetInt32(), totals.GetProperty("setCount").GetInt32(),
                totals.GetProperty("totalVolumeKg").GetDouble(), freshness.GetProperty("asOf").GetDateTimeOffset().UtcDateTime, atLeast);
            return (null, wrong, freshness.GetProperty("asOf").GetDateTimeOffset().UtcDateTime > DateTime.UtcNow - Current);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return ("connection", null, false);
        }
    }
}
