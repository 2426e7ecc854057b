// pick a user ⇒ start a session ⇒ add sets, correct one now and then ⇒ end it (or delete it: it was a mistake) ⇒ pick …
using Npgsql;

namespace Analytics.Demo.Live;

/// <summary>Goes on logging workouts as an app would, so that one sees the aggregates move.</summary>
public sealed class LiveWriter
{
    private const int MostUsers = 50;

    private readonly LiveWorkout workout;
    private readonly IReadOnlyList<LiveUser> users;
    private readonly Random random = new();
    private LiveSession? open;

    private LiveWriter(LiveWorkout workout, IReadOnlyList<LiveUser> users) => (this.workout, this.users) = (workout, users);

    /// <summary>One write each <paramref name="every"/>, until cancelled; then it returns and leaves a session open, as
    /// people do.</summary>
    /// <param name="say">A readable line for each write, and for a write that failed; the next one is tried as usual.</param>
    /// <param name="featured">Has every second workout: the user whose queries the demo prints.</param>
    public static async Task RunAsync(
        NpgsqlDataSource database, TimeSpan every, Action<string> say, CancellationToken ct, Guid? featured = null)
    {
        try
        {
            var workout = await LiveWorkout.OpenAsync(database, ct);
            var writer = new LiveWriter(workout, await workout.UsersAsync(MostUsers, featured, ct));
            if (writer.users.Count == 0 || workout.Exercises.Count == 0)
            {
                say("live: core has no made-up users or no exercises to log workouts with; start the demo on a new folder");
                return;
            }
            using var timer = new PeriodicTimer(every);
            do
                await writer.WriteAsync(say, ct);
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Cancelled is how it ends.
        }
    }

    private async Task WriteAsync(Action<string> say, CancellationToken ct)
    {
        try
        {
            say("live: " + await NextAsync(ct));
        }
        catch (NpgsqlException e) when (!ct.IsCancellationRequested)
        {
            // The session may be gone (deleted by hand): begin another.
            open = null;
            say($"live: a write failed and is left out: {e.Message}");
        }
    }

    private async Task<string> NextAsync(CancellationToken ct)
    {
        if (open is not { } session)
        {
            // The featured user comes first in the list.
            var user = random.Next(2) == 0 ? users[0] : users[random.Next(users.Count)];
            open = await workout.StartAsync(user, ct);
            return $"{user.DisplayName} starts '{open.Title}'";
        }
        var chance = random.Next(100);
        if (session.Sets >= 8 || (session.Sets >= 3 && chance < 12))
        {
            open = null;
            return chance < 4 ? await workout.DeleteAsync(session, ct) : await workout.EndAsync(session, ct);
        }
        if (session.Sets > 0 && chance < 25)
            return await workout.CorrectLastSetAsync(session, ct);
        var (line, after) = await workout.AddSetAsync(session, random, ct);
        open = after;
        return line;
    }
}
