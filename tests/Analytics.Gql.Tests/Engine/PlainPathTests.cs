// The plain path against the library's own way: the same bytes, whatever is selected and whatever fails.
using System.Buffers;
using System.Text;
using Analytics.Gql.Engine;
using GraphQL.Execution;
using GraphQLParser.AST;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Engine;

public sealed class PlainPathTests : IDisposable
{
    internal const string Leaves =
        "id key number maybeNumber big mean maybeMean narrow exact isOdd maybeOdd text note day maybeDay at maybeAt "
        + "mood maybeMood checked maybeChecked";

    private const string Rest = "unit replaced values later loaded method numbered { number __typename }";

    private readonly SampleEngine _plain = new(AddPlain);
    private readonly SampleEngine _general = new(services =>
    {
        AddPlain(services);
        foreach (var ours in services.Where(s => s.ServiceType == typeof(ExecutionStrategyRegistration)).ToList())
            services.Remove(ours);
        services.AddSingleton(new ExecutionStrategyRegistration(new GeneralExecution(), OperationType.Query));
    });

    public void Dispose()
    {
        _plain.Dispose();
        _general.Dispose();
    }

    public static TheoryData<string, ReadingFault> Everything
    {
        get
        {
            var all = new TheoryData<string, ReadingFault>();
            foreach (var root in new[] { "readings", "lazy", "gaps", "loaded", "one", "numbered" })
                foreach (var fault in Enum.GetValues<ReadingFault>()) all.Add(root, fault);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Each_field_and_each_fault_answer_the_same_on_both_paths(string root, ReadingFault fault)
    {
        const string composites = $"before {{ {Leaves} }} inner {{ {Leaves} parts {{ {Leaves} }} }} "
            + $"maybeParts {{ {Leaves} all {{ number }} }} all {{ {Leaves} {Rest} }} "
            + $"loadedParts {{ {Leaves} }}";
        string[] selections = [Leaves, composites, $"{Leaves} {Rest} {composites}", "__typename"];
        foreach (var selected in selections)
            await Same(
                $"query ($fault: ReadingFault!) {{ {root}(fault: $fault) {{ ... on Reading {{ {selected} }} }} }}",
                fault);
    }

    [Fact]
    public async Task Two_thousand_generated_selections_answer_the_same_on_both_paths()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var fault = random.GetItems(Enum.GetValues<ReadingFault>(), 1)[0];
            await Same(new GeneratedSelection(random).Operation(), fault, random.Next(2) == 1);
        }
    }

    [Theory]
    [InlineData("readings", $"{Leaves} __typename", 0)]
    [InlineData("readings", "...Leaves before { a: number } parts { day inner { text } }", 0)]
    [InlineData("gaps", $"{Leaves} maybeParts {{ mood }}", 0)]
    [InlineData("lazy", $"{Leaves} parts {{ at }}", 0)]
    [InlineData("one", $"{Leaves} parts {{ at }}", 0)]
    [InlineData("loaded", "...Leaves all { number }", 0)]
    [InlineData("readings", "number @skip(if: $no) text @include(if: $no) method @include(if: $no)", 0)]
    [InlineData("readings", "number unit", 5)]
    [InlineData("readings", "number replaced", 5)]
    [InlineData("readings", "number method inner { number } parts { number }", 5)]
    public async Task A_plain_field_has_no_node_of_the_library(string root, string selected, int leaves)
    {
        var query = "query ($no: Boolean! = false) "
            + $"{{ {root}(fault: NONE) {{ {selected} }} ...F @include(if: $no) }} "
            + $"fragment F on Query {{ {root}(fault: NONE) {{ ...Leaves }} }} "
            + $"fragment Leaves on Reading {{ {Leaves} }}";
        Assert.Equal(leaves, LeafNodes(await _plain.ResultAsync(query)));
        Assert.NotInRange(LeafNodes(await _general.ResultAsync(query)), 0, leaves);
    }

    [Fact]
    public async Task Only_the_field_that_fails_is_executed()
    {
        var result = await _plain.ResultAsync("{ readings(fault: THROWS) { number text maybeChecked } }");
        Assert.Equal(1, LeafNodes(result));
        Assert.Equal(["readings", 2, "maybeChecked"], Assert.Single(result.Execution.Errors!).Path!);
        Assert.Single(_plain.Log.Entries);
    }

    private async Task Same(string query, ReadingFault fault, bool yes = true)
    {
        object variables = query.Contains("$yes", StringComparison.Ordinal)
            ? new { fault = Name(fault), yes } : new { fault = Name(fault) };
        var plain = await _plain.ResultAsync(query, variables);
        Assert.True(plain.Executed, $"{query}\n{plain.Execution.Errors?[0].Message}");
        var general = await _general.ResultAsync(query, variables);
        Assert.True(Written(general) == Written(plain), $"{query}\n{Written(general)}\n{Written(plain)}");
    }

    private static string Name(ReadingFault fault) => GraphQL.StringExtensions.ToConstantCase(fault.ToString());

    private static string Written(OperationResult result)
    {
        var bytes = new ArrayBufferWriter<byte>();
        result.WriteTo(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static int LeafNodes(OperationResult result)
    {
        return Count((ExecutionNode)result.Execution.Data!);

        static int Count(ExecutionNode node) => node switch
        {
            ValueExecutionNode => 1,
            ObjectExecutionNode { SubFields: { } fields } => fields.Sum(Count),
            ArrayExecutionNode { Items: { } items } => items.Sum(Count),
            _ => 0,
        };
    }

    private static void AddPlain(IServiceCollection services) => services
        .AddGraphQLEngine<PlainQuery, SampleMutation>(options => options.FaultMappers.Add(fault =>
            fault is TimeoutException ? new ClientError(ErrorCodes.Timeout, "Too slow. Ask for less.") : null));

    private sealed class GeneralExecution : ParallelExecutionStrategy;
}
