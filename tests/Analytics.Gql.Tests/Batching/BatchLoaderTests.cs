// The loader's contract, without a database.
using Analytics.Gql.Batching;

namespace Analytics.Gql.Tests.Batching;

public sealed class BatchLoaderTests
{
    private sealed class Doubler(int max, Func<int, bool>? fails = null) : BatchLoader<int, int>(max)
    {
        public List<int[]> Fetches { get; } = [];
        public CancellationToken Token { get; private set; }

        protected override object? PartitionOf(int key) => key < 0;

        protected override Task<IReadOnlyDictionary<int, int>> FetchAsync(IReadOnlyList<int> keys, CancellationToken ct)
        {
            lock (Fetches)
                Fetches.Add([.. keys]);
            Token = ct;
            return keys.Any(k => fails?.Invoke(k) == true) ? throw new InvalidOperationException("no luck")
                : Task.FromResult<IReadOnlyDictionary<int, int>>(keys.Where(k => k != 13).ToDictionary(k => k, k => 2 * k));
        }
    }

    [Fact]
    public async Task Keys_of_a_level_are_fetched_at_once_and_each_only_once()
    {
        var loader = new Doubler(10);
        var results = new[] { 1, 2, 1, 3 }.Select(loader.Load).ToList();
        var values = await Task.WhenAll(results.Select(r => r.GetResultAsync()));
        Assert.Equal([2, 4, 2, 6], values);
        Assert.Equal([1, 2, 3], Assert.Single(loader.Fetches));
        Assert.Equal(4, await loader.Load(2).GetResultAsync());
        Assert.Single(loader.Fetches);
    }

    [Fact]
    public async Task A_level_beyond_the_maximum_is_split_and_started_together()
    {
        var loader = new Doubler(2);
        var results = Enumerable.Range(1, 5).Select(loader.Load).ToList();
        await results[0].GetResultAsync();
        await Task.WhenAll(results.Select(r => r.GetResultAsync()));
        Assert.Equal([1, 2, 2], loader.Fetches.Select(f => f.Length).Order());
    }

    [Fact]
    public async Task Keys_of_different_partitions_are_fetched_apart()
    {
        var loader = new Doubler(10);
        await Task.WhenAll(new[] { 1, -1, 2, -2 }.Select(loader.Load).ToList().Select(r => r.GetResultAsync()));
        Assert.Equal(2, loader.Fetches.Count);
    }

    [Fact]
    public async Task A_failure_reaches_every_waiting_field_and_is_forgotten()
    {
        var bad = true;
        var loader = new Doubler(10, _ => bad);
        var (one, two) = (loader.Load(1), loader.Load(2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => one.GetResultAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => two.GetResultAsync());
        bad = false;
        Assert.Equal(2, await loader.Load(1).GetResultAsync());
    }

    [Fact]
    public async Task A_key_without_a_value_is_an_error_that_names_loader_and_key()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => new Doubler(10).Load(13).GetResultAsync());
        Assert.Contains("Doubler returned no value for the key 13", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cancellation_token_reaches_the_fetch()
    {
        using var source = new CancellationTokenSource();
        var loader = new Doubler(10);
        await loader.Load(1).GetResultAsync(source.Token);
        Assert.Equal(source.Token, loader.Token);
    }
}
