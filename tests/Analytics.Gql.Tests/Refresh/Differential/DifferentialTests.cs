// The engine and the API against a recomputation, under random work from several writers.
using Analytics.Gql.Differential;
using Analytics.Gql.Differential.Operations;
using Xunit.Abstractions;

namespace Analytics.Gql.Tests.Refresh.Differential;

public sealed class DifferentialTests(ITestOutputHelper output)
{
    /// <param name="seed">Decides on the operations; their interleaving is the machine's.</param>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_written_aggregates_and_answers_equal_the_recomputation(int seed)
    {
        var result = await RunAsync(new DifferentialSettings
        {
            Seed = seed,
            Operations = 1000,
            CreateGround = Grounds.Of(),
            StartApi = Grounds.StartApiAsync,
        });
        Assert.True(result.Failure is null, result.Failure?.ToString());
        Assert.Equal(1000, result.Tally.Operations);
        Assert.True(
            result.Tally is { Drains: > 20, FullRefreshes: > 0, FreshReads: > 0, Answers: > 100 }, "It compared too little.");
    }

    [Fact]
    public void The_same_seed_gives_each_writer_the_same_operations()
    {
        static string Of(int seed, int writer)
        {
            var generator = new OperationGenerator(seed, writer, Pool.Small);
            return string.Join('\n', Enumerable.Range(0, 200).Select(_ => generator.Next()));
        }

        Assert.Equal(Of(7, 0), Of(7, 0));
        Assert.NotEqual(Of(7, 0), Of(7, 1));
        Assert.NotEqual(Of(7, 0), Of(8, 0));
    }

    private async Task<DifferentialResult> RunAsync(DifferentialSettings settings)
    {
        var result = await DifferentialRun.RunAsync(settings with { Log = output.WriteLine }, CancellationToken.None);
        output.WriteLine(result.Failure?.ToString() ?? $"seed {settings.Seed}: no difference in {result.Duration}");
        return result;
    }
}
