// A document that is known is checked without walking it: the answer is the library's, byte for byte, whatever the variables.
using System.Buffers;
using System.Text;
using Analytics.Gql.Engine.Documents;
using GraphQL.Validation;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Engine;

public sealed class KnownDocumentTests : IDisposable
{
    private static readonly Guid First = SampleIds.Id(1), Second = SampleIds.Id(2);

    private static readonly object Noted = new { personId = First, weeks = new[] { "2026-01-05" }, order = "OLDEST_FIRST" };

    private readonly SampleEngine _ours = new();
    private readonly SampleEngine _library = new(services =>
    {
        SampleEngine.AddSample(services);
        foreach (var ours in services.Where(s => s.ServiceType == typeof(IDocumentValidator)).ToList())
            services.Remove(ours);
        services.AddSingleton<IDocumentValidator, DocumentValidator>();
    });

    public void Dispose()
    {
        _ours.Dispose();
        _library.Dispose();
    }

    /// <summary>A document, the operation to run of it, and variables that it is asked with: the first ones fit.</summary>
    public static TheoryData<string, string?, object?[]> Documents => new()
    {
        { "{ echo(text: \"a\") order }", null, [null, new { unknown = 1 }] },
        { "query ($v: ID!) { idOf(value: $v) }", null,
            [new { v = First }, new { v = Second }, new { v = "abc" }, new { v = (string?)null }, new { }, null, new { v = 7 }] },
        { "query ($v: ID = \"abc\") { idOf(value: $v) }", null, [new { v = First }, new { v = (string?)null }, new { }] },
        { "query ($v: WeekOrder) { order(value: $v) }", null,
            [new { v = "OLDEST_FIRST" }, new { v = (string?)null }, new { }, new { v = "NONE" }] },
        { "query ($ids: [ID!]!) { people(ids: $ids) { id name weeks(count: 1) { start } ...F } } "
            + "fragment F on Person { more: weeks(count: 3) { volumeKg } friend { ...G } } "
            + "fragment G on Person { weeks { start } again: weeks(count: 2) { refreshedAt } }", null,
            [new { ids = new[] { First, Second } }, new { ids = First }, new { ids = new[] { "abc" } },
                new { ids = new[] { First, SampleIds.Id(5_000) } }, new { ids = (object?)null }, new { ids = new object[60_000] }] },
        { "query ($a: Int, $b: Float) { x: page(first: $a) { nodes { start } total } number(value: $b) }", null,
            [new { a = 2, b = 1.5 }, new { a = -1 }, new { a = 2.5 }, new { a = 1_000_000 }, new { b = "x" }, new { a = 3_000_000_000 }] },
        { "query A($v: ID!) { idOf(value: $v) } query B($day: Date!) { day(value: $day) }", "A",
            [new { v = First }, new { day = "2026-01-05" }] },
        { "query A($v: ID!) { idOf(value: $v) } query B($day: Date!) { day(value: $day) }", "B",
            [new { day = "2026-01-05" }, new { day = "2026-02-31" }, new { v = First }] },
        { "mutation ($input: ChangeInput!) { change(input: $input) }", null,
            [new { input = Noted }, new { input = new { weeks = new[] { "x" } } }, new { input = 7 }, new { input = new { personId = First, extra = 1 } }] },
        { "mutation ($id: ID!, $weeks: [Date!]) { change(input: {personId: $id, weeks: $weeks}) }", null,
            [new { id = First, weeks = (object?)null }, new { id = First, weeks = new[] { (string?)null } }, new { id = "x" }] },
        { "query ($yes: Boolean!) { echo(text: \"a\") @skip(if: $yes) ...F @include(if: $yes) } fragment F on Query { order }", null,
            [new { yes = true }, new { yes = false }, new { }] },
        { "{ __type(name: \"Week\") { name fields(includeDeprecated: true) { name args { name } } } __typename }", null, [null] },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task What_is_known_of_a_document_changes_no_answer(string document, string? operation, object?[] variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        // The first one parses and keeps it; from the second on it is known.
        foreach (var given in variables.Prepend(variables[0]))
        {
            var library = await WrittenAsync(_library, document, operation, given);
            Assert.Equal(library, await WrittenAsync(_ours, document, operation, given));
        }
        Assert.Equal(_library.Sample.Changes, _ours.Sample.Changes);
    }

    [Fact]
    public async Task A_request_at_the_same_time_has_its_own_variables()
    {
        const string document = "query ($v: ID!) { person(id: $v) { id slowly } }";
        await _ours.RunAsync(document, new { v = First });
        var answers = await Task.WhenAll(Enumerable.Range(1, 64).Select(
            n => Task.Run(() => _ours.RunAsync(document, new { v = SampleIds.Id(n) }))));
        Assert.Equal(
            Enumerable.Range(1, 64).Select(n => SampleIds.Id(n).ToString()),
            answers.Select(a => a.GetProperty("data").GetProperty("person").GetProperty("id").GetString()));
    }

    [Fact]
    public void The_engine_uses_it() =>
        Assert.IsType<KnownDocumentValidator>(_ours.Services.GetRequiredService<IDocumentValidator>());

    private static async Task<string> WrittenAsync(SampleEngine engine, string document, string? operation, object? variables)
    {
        var result = await engine.ResultAsync(document, variables, operationName: operation);
        var bytes = new ArrayBufferWriter<byte>();
        result.WriteTo(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
