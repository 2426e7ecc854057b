// The real server with room for few connections, and what the streaming tests ask of it.
using Analytics.Gql.Refresh;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Http.Streaming;

public sealed class StreamingFixture : ServerFixture
{
    public const int MaxOperations = 3;

    /// <summary>The operation of the repository.</summary>
    public static string Refreshed { get; } =
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "operations/AggregatesRefreshed.graphql"));

    protected override IReadOnlyList<string> Settings =>
    [
        $"--Analytics:Subscriptions:MaxOperationsPerSocket={MaxOperations}", "--Analytics:Limits:MaxRequestBytes=4000",
        "--Analytics:Http:AllowedOrigins:0=https://app.example.org",
    ];

    public async Task<(Guid User, Guid Session)> AthleteAsync()
    {
        var user = await Workouts.UserAsync();
        var session = await Workouts.SessionAsync(user, "2026-03-04T10:00:00Z");
        await FreshAsync();
        // Otherwise a test's subscriber might hear of this drain too.
        var feed = Services.GetRequiredService<RefreshFeed>();
        var drained = await Database.ScalarAsync<long>("select drain_number from analytics.refresh_state");
        for (var patience = 500; feed.Told < drained && patience > 0; patience--)
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        return (user, session);
    }

    /// <summary>A change and its drain.</summary>
    public async Task ChangeAsync(Guid session)
    {
        await Database.ExecuteAsync("update core.sessions set distance_m = coalesce(distance_m, 0) + 1 where session_id = @session", new { session });
        await FreshAsync();
    }

    public Task<IReadOnlyList<long>> NumbersAsync(Guid user) => Database.QueryAsync<long>(
        "select e.drain_number from analytics.refresh_events as e where e.user_id = @user order by e.drain_number", new { user });
}
