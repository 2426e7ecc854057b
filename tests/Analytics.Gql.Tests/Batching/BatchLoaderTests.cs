// The contract of the batch and the group loader, and what happens to those who break it.
using Analytics.Gql.Batching;

namespace Analytics.Gql.Tests.Batching;

public sealed class BatchLoaderTests
{
    [Fact]
    public async Task The_first_ask_fetches_every_key_loaded_so_far()
    {
        var loader = new Squares();
        var two = loader.Load(2);
        var three = loader.Load(3);
        Assert.Empty(loader.Fetches);
        Assert.Equal(4, await two.GetResultAsync());
        Assert.Equal(9, await three.GetResultAsync());
        Assert.Equal([[2, 3]], loader.Fetches);
    }

    [Fact]
    public async Task A_key_asked_for_twice_is_fetched_once()
    {
        var loader = new Squares();
        Assert.Same(loader.Load(2), loader.Load(2));
        await All(loader, 2, 3, 2);
        await All(loader, 3);
        Assert.Equal([[2, 3]], loader.Fetches);
    }

    [Fact]
    public async Task Keys_loaded_after_a_dispatch_make_the_next_level()
    {
        var loader = new Squares();
        await All(loader, 1, 2);
        await All(loader, 2, 3);
        Assert.Equal([[1, 2], [3]], loader.Fetches);
    }

    [Theory]
    [InlineData(10, 10, 1)]
    [InlineData(11, 10, 2)]
    [InlineData(30, 10, 3)]
    [InlineData(31, 10, 4)]
    [InlineData(3, 1, 3)]
    public async Task More_keys_than_a_batch_takes_are_split_evenly_over_the_fewest_fetches(int keys, int most, int fetches)
    {
        var loader = new Squares(most);
        var parked = Enumerable.Range(0, keys).Select(loader.Load).ToList();
        _ = await parked[^1].GetResultAsync();
        Assert.Equal(fetches, loader.Fetches.Count); // all of the level, by the one ask
        Assert.All(loader.Fetches, batch => Assert.InRange(batch.Count, 1, most));
        foreach (var (result, key) in parked.Select((result, key) => (result, key)))
            Assert.Equal(key * key, await result.GetResultAsync());
        Assert.Equal(fetches, loader.Fetches.Count);
    }

    [Fact]
    public async Task Keys_of_different_partitions_are_fetched_apart_and_those_of_one_together()
    {
        var loader = new Squares { Partition = key => key % 2 == 0 };
        var squares = await All(loader, 1, 2, 3, 4);
        Assert.Equal([1, 4, 9, 16], squares);
        Assert.Equal([[1, 3], [2, 4]], loader.Fetches);
    }

    [Fact]
    public async Task A_null_partition_is_a_partition()
    {
        var loader = new Squares { Partition = key => key == 2 ? null : "other" };
        await All(loader, 1, 2, 3);
        Assert.Equal([[1, 3], [2]], loader.Fetches);
    }

    [Fact]
    public async Task The_fetch_gets_the_token_of_the_operation()
    {
        using var client = new CancellationTokenSource();
        var seen = CancellationToken.None;
        var loader = new Squares { Before = (_, ct) => seen = ct };
        _ = await loader.Load(1).GetResultAsync(client.Token);
        Assert.Equal(client.Token, seen);
    }

    [Fact]
    public async Task A_failure_reaches_every_waiter_of_its_batch_and_no_other()
    {
        var loader = new Squares(2)
        {
            Before = (keys, _) =>
            {
                if (keys.Contains(1)) throw new TimeoutException("slow");
            },
        };
        var parked = new[] { 1, 2, 3 }.Select(loader.Load).ToList();
        await Assert.ThrowsAsync<TimeoutException>(() => parked[0].GetResultAsync());
        await Assert.ThrowsAsync<TimeoutException>(() => parked[1].GetResultAsync());
        Assert.Equal(9, await parked[2].GetResultAsync());
    }

    [Fact]
    public async Task A_failed_key_is_fetched_again_by_a_later_level()
    {
        var broken = true;
        var loader = new Squares
        {
            Before = (_, _) =>
            {
                if (broken) throw new TimeoutException("slow");
            },
        };
        await Assert.ThrowsAsync<TimeoutException>(() => loader.Load(2).GetResultAsync());
        broken = false;
        Assert.Equal(4, await loader.Load(2).GetResultAsync());
    }

    [Theory]
    [InlineData(1, "Squares.FetchAsync returned 1 values for 3 keys (1, 2, 3).")]
    [InlineData(4, "Squares.FetchAsync returned 4 values for 3 keys (1, 2, 3).")]
    [InlineData(-1, "Squares.FetchAsync returned no list values for 3 keys (1, 2, 3).")]
    public async Task A_fetch_with_the_wrong_number_of_values_is_named_with_keys_and_counts(int values, string message)
    {
        var loader = new Squares { Answer = _ => values < 0 ? null! : new int[values] };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => All(loader, 1, 2, 3));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_about_many_keys_shows_the_first_five()
    {
        var loader = new Squares { Answer = _ => [] };
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => All(loader, [.. Enumerable.Range(1, 50)]));
        Assert.Contains("50 keys (1, 2, 3, 4, 5, …)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_of_less_than_one_key_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Squares(0));

    [Fact]
    public void A_null_key_is_refused() =>
        Assert.Throws<ArgumentNullException>(() => new Lengths().Load(null!));

    [Fact]
    public async Task Many_threads_may_load_and_ask_at_once()
    {
        var loader = new Squares(7);
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_000), async (key, ct) =>
            Assert.Equal(key % 100 * (key % 100), await loader.Load(key % 100).GetResultAsync(ct)));
        Assert.Equal(100, loader.Fetches.Sum(batch => batch.Count));
    }

    [Fact]
    public async Task What_follows_a_load_waits_for_the_level_too()
    {
        var loader = new Squares();
        var text = loader.Load(2).Then(square => $"<{square}>");
        var other = loader.Load(3);
        Assert.Equal("<4>", await text.GetResultAsync());
        Assert.Equal(9, await other.GetResultAsync());
        Assert.Single(loader.Fetches);
    }

    [Fact]
    public async Task Found_values_come_in_key_order_and_missing_ones_as_the_loader_says()
    {
        var lengths = await Task.WhenAll(new Lengths().LoadAll("seven", "none", "two"));
        Assert.Equal([5, 0, 3], lengths);
    }

    [Fact]
    public async Task A_group_without_rows_is_an_empty_list_and_rows_keep_their_order()
    {
        var loader = new Divisors();
        var six = loader.Load(6);
        var zero = loader.Load(0);
        Assert.Equal([1, 2, 3, 6], await six.GetResultAsync());
        Assert.Empty(await zero.GetResultAsync());
    }

    [Fact]
    public async Task A_row_for_a_key_that_was_not_asked_for_is_named()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => new Divisors().Load(-1).GetResultAsync());
        Assert.StartsWith("Divisors added a row to key 7 of 1.", error.Message, StringComparison.Ordinal);
    }

    private static Task<int[]> All(Squares loader, params int[] keys) =>
        Task.WhenAll(keys.Select(loader.Load).ToList().Select(r => r.GetResultAsync()));

    private sealed class Squares(int most = 1_000) : BatchLoader<int, int>(most)
    {
        public List<List<int>> Fetches { get; } = [];

        public Func<int, object?> Partition { get; init; } = _ => null;

        public Action<IReadOnlyList<int>, CancellationToken> Before { get; init; } = (_, _) => { };

        public Func<IReadOnlyList<int>, IReadOnlyList<int>> Answer { get; init; } = keys => [.. keys.Select(key => key * key)];

        protected override object? PartitionOf(int key) => Partition(key);

        protected override async Task<IReadOnlyList<int>> FetchAsync(IReadOnlyList<int> keys, CancellationToken ct)
        {
            lock (Fetches) Fetches.Add([.. keys]);
            await Task.Yield();
            Before(keys, ct);
            return Answer(keys);
        }
    }

    private sealed class Lengths : BatchLoader<string, int>
    {
        public IEnumerable<Task<int>> LoadAll(params string[] keys) =>
            keys.Select(Load).ToList().Select(r => r.GetResultAsync());

        protected override Task<IReadOnlyList<int>> FetchAsync(IReadOnlyList<string> keys, CancellationToken ct) =>
            Task.FromResult(InKeyOrder(keys, new Dictionary<string, int> { ["two"] = 3, ["seven"] = 5 }, absent: _ => 0));
    }

    private sealed class Divisors : GroupLoader<int, int>
    {
        protected override Task FetchRowsAsync(IReadOnlyList<int> keys, Action<int, int> add, CancellationToken ct)
        {
            foreach (var (key, position) in keys.Select((key, position) => (key, position)))
            {
                if (key < 0) add(7, key);
                for (var n = 1; n <= key; n++)
                    if (key % n == 0) add(position, n);
            }
            return Task.CompletedTask;
        }
    }
}
