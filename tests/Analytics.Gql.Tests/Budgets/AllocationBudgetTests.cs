// Bytes that the server allocates for each operation. It shares this process, so these tests run alone, and their client
// allocates nothing.
using System.Globalization;
using Analytics.Gql.Tests.Http;
using Xunit.Abstractions;

namespace Analytics.Gql.Tests.Budgets;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone : ICollectionFixture<BudgetFixture>
{
    public const string Name = "alone";
}

[Collection(Alone.Name)]
public sealed class AllocationBudgetTests(BudgetFixture server, ITestOutputHelper output)
{
    private const int WarmUpRequests = 30;
    private const int Batches = 8;
    private const int RequestsPerBatch = 10;

    [Theory]
    [MemberData(nameof(OperationBudget.Reads), MemberType = typeof(OperationBudget))]
    public void An_operation_allocates_no_more_than_its_budget(string operation)
    {
        var text = OperationBudget.TextOf(operation);
        using var client = new SilentClient(server.Http.BaseAddress!, "/graphql",
            $$"""{"documentId":"{{DocumentFolder.IdOf(text)}}","variables":{{server.Variables}}}""");
        for (var i = 0; i < WarmUpRequests; i++)
            client.Ask();
        Assert.StartsWith("""{"data":{""", client.Answer, StringComparison.Ordinal);

        // The least of several: what the server's jobs do beside a batch can only add to it.
        var least = Enumerable.Range(0, Batches).Min(_ => AllocatedKiBPerRequest(client));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operation}: {least:F1} KiB"));
        var most = OperationBudget.Of(operation).AllocatedKiB!.Value * OperationBudget.Tolerance;
        Assert.True(least <= most,
            $"{operation} allocates {least:F1} KiB a request; at most {most:F1}, a fifth more than its budget. "
            + $"Find what allocates, or, where that is meant, set its budget in {nameof(OperationBudget)} to {Math.Ceiling(least)}.");
    }

    private static double AllocatedKiBPerRequest(SilentClient client)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < RequestsPerBatch; i++)
            client.Ask();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / 1024.0 / RequestsPerBatch;
    }
}
