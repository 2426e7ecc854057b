// Clients that subscribe, take an event, leave and come back: over event streams and sockets, with a goodbye and without.
using Analytics.Gql.Bench.Subscriptions;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SubscriptionPool(Uri endpoint, SoakPeople people, SoakTokens tokens, SoakTally tally, int seed)
{
    /// <summary>A user who is written to hears something every few seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public Task RunAsync(int clients, CancellationToken stop) => Task.WhenAll(
        Enumerable.Range(0, clients).Select(client => Task.Run(() => ComeAndGoAsync(client, stop), CancellationToken.None)));

    private async Task ComeAndGoAsync(int client, CancellationToken stop)
    {
        var random = new Random(seed + client);
        var transport = client % 2 == 0 ? Transport.EventStream : Transport.Socket;
        while (!stop.IsCancellationRequested)
        {
            var user = people.Written[random.Next(people.Written.Length)];
            try
            {
                await HearAsync(transport, user, goodbye: random.Next(2) == 0, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // It was still waiting when the soak ended, and left.
            }
            catch (Exception e)
            {
                tally.Error($"a subscription ({transport}) to {user}: {e.GetType().Name}: {e.Message}");
            }
        }
    }

    private async Task HearAsync(Transport transport, Guid user, bool goodbye, CancellationToken stop)
    {
        using var subscription = await OpenSubscription.OpenAsync(transport, endpoint, user, stop, tokens.Of(user));
        await subscription.AfterAsync(0, stop).WaitAsync(Patience, stop);
        tally.Count(transport == Transport.Socket ? "events over a socket" : "events over an event stream");
        if (goodbye)
            await subscription.LeaveAsync(stop);
    }
}
