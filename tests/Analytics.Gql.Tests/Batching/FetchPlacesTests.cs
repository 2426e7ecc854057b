// Who fetches at once, who waits, and who is next.
using Analytics.Gql.Batching;
using Microsoft.Extensions.Time.Testing;

namespace Analytics.Gql.Tests.Batching;

public sealed class FetchPlacesTests
{
    private const long LargeFrom = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Large_ones_wait_where_no_place_is_free_and_small_ones_never()
    {
        var places = Places(2);
        var (one, two) = (new Asking(places, 100), new Asking(places, 100));
        var three = new Asking(places, 100);
        var small = new Asking(places, 99);
        await one.Entered.WaitAsync(Patience);
        await two.Entered.WaitAsync(Patience);
        await small.Entered.WaitAsync(Patience);
        Assert.False(three.Entered.IsCompleted);
        Assert.Equal(1, places.Waiting);
        await small.EndAsync(); // had no place to give
        Assert.False(three.Entered.IsCompleted);
        await one.EndAsync();
        await three.Entered.WaitAsync(Patience);
        Assert.Equal(0, places.Waiting);
    }

    [Fact]
    public async Task What_costs_less_comes_before_what_costs_more()
    {
        var places = Places(1);
        var running = new Asking(places, 100);
        var (board, page, chart) = (new Asking(places, 5_000), new Asking(places, 800), new Asking(places, 300));
        await Asking.InTurnAsync(running, chart, page, board);
    }

    [Fact]
    public async Task What_has_waited_for_as_long_as_it_costs_more_is_not_overtaken()
    {
        var places = Places(1);
        var running = new Asking(places, 100);
        var board = new Asking(places, 5_000);
        _clock.Advance(TimeSpan.FromMilliseconds(46)); // 47 is what the board costs more
        var before = new Asking(places, 300);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        var after = new Asking(places, 300);
        await Asking.InTurnAsync(running, before, board, after);
    }

    [Fact]
    public async Task One_that_goes_away_while_it_waits_takes_no_place()
    {
        var places = Places(1);
        var running = new Asking(places, 100);
        using var client = new CancellationTokenSource();
        var gone = new Asking(places, 100, client.Token);
        var other = new Asking(places, 200);
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.Entered.WaitAsync(Patience));
        Assert.Equal(1, places.Waiting);
        await running.EndAsync();
        await other.Entered.WaitAsync(Patience);
        await other.EndAsync();
        // All places are free again, and only as many.
        var (next, last) = (new Asking(places, 100), new Asking(places, 100));
        await next.Entered.WaitAsync(Patience);
        Assert.False(last.Entered.IsCompleted);
    }

    [Fact]
    public async Task A_fetch_that_fails_gives_its_place_back()
    {
        var places = Places(1);
        for (var n = 0; n < 3; n++)
        {
            var failing = new Asking(places, 100);
            failing.Fail(new TimeoutException());
            await Assert.ThrowsAsync<TimeoutException>(() => failing.Value.WaitAsync(Patience));
        }
        Assert.Equal(0, places.Waiting);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(6, 3)]
    [InlineData(8, 4)]
    [InlineData(100, 50)]
    public void Half_of_the_connections_are_for_large_ones_and_of_a_few_all_but_one(int connections, int share) =>
        Assert.Equal(share, FetchPlaces.ShareOf(connections));

    [Fact]
    public async Task Under_many_at_once_there_are_never_more_than_places_and_everyone_comes_in()
    {
        var places = Places(3);
        var (inside, most, entered) = (0, 0, 0);
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(n => Task.Run(async () =>
        {
            using var client = new CancellationTokenSource();
            if (n % 7 == 0) client.CancelAfter(TimeSpan.FromMilliseconds(n % 20));
            try
            {
                using (await places.EnterAsync(n % 1_000, client.Token))
                {
                    Interlocked.Increment(ref entered);
                    var now = Interlocked.Increment(ref inside);
                    InterlockedMax(ref most, now);
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
            }
            catch (OperationCanceledException) when (client.IsCancellationRequested)
            {
                Interlocked.Increment(ref entered);
            }
        })));
        Assert.Equal(2_000, entered);
        Assert.InRange(most, 2, 3);
        Assert.Equal(0, places.Waiting);
        var again = Enumerable.Range(0, 4).Select(_ => new Asking(places, 100)).ToList();
        await Task.WhenAll(again.Take(3).Select(asking => asking.Entered)).WaitAsync(Patience);
        Assert.False(again[3].Entered.IsCompleted);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            Interlocked.CompareExchange(ref most, value, seen);
    }

    private FetchPlaces Places(int most) => new(most, LargeFrom, _clock);

    /// <summary>An operation that fetches one key, until it is told to end.</summary>
    private sealed class Asking : BatchLoader<int, int>
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Asking(FetchPlaces places, long cost, CancellationToken ct = default)
        {
            var parked = Load(1);
            ((IParkedResult)parked).Dispatch(places.TermsOf(cost, ct));
            Value = parked.GetResultAsync(ct);
        }

        public Task<int> Value { get; }

        /// <summary>It fetches now; faulted when it never will.</summary>
        public Task Entered => Task.WhenAny(_entered.Task, Value).Unwrap();

        public async Task EndAsync()
        {
            _end.SetResult();
            await Value.WaitAsync(Patience);
        }

        public void Fail(Exception error) => _end.SetException(error);

        /// <summary>Each fetches when the one before it has ended, and not before.</summary>
        public static async Task InTurnAsync(params Asking[] all)
        {
            for (var n = 0; n < all.Length; n++)
            {
                await all[n].Entered.WaitAsync(Patience);
                Assert.All(all[(n + 1)..], later => Assert.False(later.Entered.IsCompleted));
                await all[n].EndAsync();
            }
        }

        protected override async Task<IReadOnlyList<int>> FetchAsync(IReadOnlyList<int> keys, CancellationToken ct)
        {
            _entered.SetResult();
            await _end.Task.WaitAsync(ct);
            return keys;
        }
    }
}
