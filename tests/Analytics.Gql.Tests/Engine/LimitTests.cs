// Each bound: accepted at it, refused one past it, with value, bound and remedy; and documents made to hurt.
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Tests.Engine;

public sealed class LimitTests
{
    [Fact]
    public async Task Fifteen_levels_are_answered_and_sixteen_refused()
    {
        using var engine = new SampleEngine();
        Assert.False((await engine.RunAsync(Deep(15))).TryGetProperty("errors", out _));
        await Refused(engine, Deep(16), "Operation 'D' is 16 levels deep; at most 15. Select less deeply.");
    }

    [Fact]
    public async Task Depth_counts_through_fragments()
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxDepth", "3"));
        var query = $"{{ person(id: \"{SampleIds.Id(1)}\") {{ ...A }} }} fragment A on Person {{ friend {{ ... {{ ...B }} }} }} "
            + "fragment B on Person { friend { name } }";
        await Refused(engine, query, "The operation is 4 levels deep; at most 3.");
    }

    [Fact]
    public async Task A_hundred_aliases_are_answered_and_one_more_refused_also_through_fragments()
    {
        using var engine = new SampleEngine();
        var hundred = string.Join(' ', Enumerable.Range(0, 100).Select(n => $"a{n}: echo"));
        Assert.False((await engine.RunAsync($"{{ {hundred} }}")).TryGetProperty("errors", out _));
        await Refused(engine, $"{{ {hundred} b: echo }}", "101 aliases; at most 100.");
        await Refused(
            engine, "{ ...A ...B } fragment A on Query { ...B ...B } fragment B on Query { "
            + string.Join(' ', Enumerable.Range(0, 40).Select(n => $"a{n}: echo")) + " }",
            "120 aliases; at most 100. Ask in several operations.");
    }

    [Fact]
    public async Task Selections_count_with_fragments_expanded()
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxSelections", "10"));
        const string fragment = " fragment A on Query { echo number }";
        Assert.False((await engine.RunAsync("{ ...A ...A ...A __typename }" + fragment)).TryGetProperty("errors", out _));
        await Refused(engine, "{ ...A ...A ...A echo __typename }" + fragment,
            "selects 11 fields with its fragments expanded; at most 10.");
    }

    [Fact]
    public async Task Fifty_directives_are_answered_and_one_more_refused_also_through_fragments()
    {
        using var engine = new SampleEngine();
        string Fields(int count) => string.Concat(Enumerable.Range(0, count).Select(n => $" a{n}: echo @skip(if: false)"));
        Assert.Equal("none", CodeOf(await engine.RunAsync($"{{ {Fields(50)} }}")));
        await Refused(engine, $"{{ {Fields(51)} }}", "The operation has 51 directives with its fragments expanded; at most 50.");
        const string spread = "{ ...F @include(if: true) ... @include(if: true) { ...F } } fragment F on Query {";
        Assert.Equal("none", CodeOf(await engine.RunAsync($"{spread} {Fields(24)} }}")));
        await Refused(engine, $"{spread} {Fields(25)} }}", "has 52 directives with its fragments expanded; at most 50.");
    }

    [Fact]
    public async Task Directives_of_the_operation_and_its_variables_count()
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxDirectives", "1"));
        await Refused(engine, "query ($a: Int @a) @b { echo }", "The operation has 2 directives");
        await Refused(engine, "{ echo ...F } fragment F on Query @a @b { echo }", "has 2 directives");
    }

    [Fact]
    public async Task A_document_at_the_bound_is_read_and_one_byte_more_refused()
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxDocumentBytes", "1000"));
        var query = "{ echo }" + new string(' ', 992);
        Assert.False((await engine.RunAsync(query)).TryGetProperty("errors", out _));
        await Refused(engine, query + " ", "The document has 1001 bytes; at most 1000.");
    }

    // a field costs 1; a list multiplies what is in it
    [Theory]
    [InlineData("{ echo number }", 2)]
    [InlineData("{ undeclared { start volumeKg } }", 1 + (10 * 2))]
    [InlineData("{ echo people(ids: []) { id } }", 2)]
    [InlineData("{ page(first: 20) { total nodes { start volumeKg } } }", 1 + 1 + 1 + (20 * 2))]
    [InlineData("{ page { nodes { start } } }", 1 + 1 + 5)]
    [InlineData("{ page(first: 20) { ...P } } fragment P on Page { nodes { start } }", 1 + 1 + 20)]
    [InlineData("{ a: page(first: 2) { ...P } b: page(first: 3) { ...P } } fragment P on Page { nodes { start } }", 2 + 2 + 2 + 3)]
    [InlineData("{ echo @skip(if: true) number @include(if: false) day @include(if: true) __typename }", 2)]
    [InlineData("{ __typename __schema { types { name } } }", 1 + 5_000)]
    [InlineData("mutation { __typename a: change(input: {personId: \"6f9619ff-8b86-d011-b42d-00cf4fc964ff\"}) }", 2)]
    public async Task Cost_is_what_the_largest_answer_would_hold(string query, int cost)
    {
        using var enough = new SampleEngine(("Analytics:Limits:MaxCost", $"{cost}"));
        Assert.Equal("none", CodeOf(await enough.RunAsync(query)));
        using var less = new SampleEngine(("Analytics:Limits:MaxCost", $"{cost - 1}"));
        await Refused(less, query, $"The operation costs {cost}; at most {cost - 1}");
    }

    [Fact]
    public async Task Cost_is_measured_for_each_request_also_when_the_document_is_cached()
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxCost", "100"));
        const string query = "query ($first: Int) { page(first: $first) { nodes { start } } }";
        Assert.Equal("none", CodeOf(await engine.RunAsync(query, new { first = 98 })));
        await Refused(engine, query, "The operation costs 101; at most 100", new { first = 99 });
        await Refused(engine, query, "The operation costs 2147483649; at most 100", new { first = int.MaxValue });
    }

    [Fact]
    public async Task The_default_admits_a_hundred_users_with_twelve_weeks_and_their_sessions()
    {
        using var engine = new SampleEngine();
        var ten = string.Join(' ', Enumerable.Range(0, 10).Select(_ => "start"));
        var ids = Enumerable.Range(1, 100).Select(SampleIds.Id);
        // weeks stand for weeks, the weeks of two friends for ten sessions of ten fields
        var query = $"query ($ids: [ID!]!) {{ people(ids: $ids) {{ weeks(count: 12) {{ {ten} }} "
            + $"friends {{ weeks(count: 60) {{ {ten} }} }} }} }}";
        Assert.Equal("none", CodeOf(await engine.RunAsync(query, new { ids })));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fragment_bomb_is_refused_at_once(bool backwards)
    {
        using var engine = new SampleEngine();
        await engine.RunAsync("{ echo }");
        var fragments = Enumerable.Range(0, 60).Select(n => $"fragment F{n} on Query {{ echo ...F{n + 1} ...F{n + 1} }}")
            .Append("fragment F60 on Query { echo }");
        var query = "{ ...F0 } " + string.Join(' ', backwards ? fragments.Reverse() : fragments);
        var watch = Stopwatch.StartNew();
        await Refused(engine, query, "fields with its fragments expanded; at most 5000.");
        Assert.InRange(watch.ElapsedMilliseconds, 0, 100);
    }

    [Fact]
    public async Task A_hundred_fragments_are_read_and_one_more_refused()
    {
        using var engine = new SampleEngine();
        string Document(int count) => "{" + string.Concat(Enumerable.Range(0, count).Select(n => $" ...F{n}")) + "}"
            + string.Concat(Enumerable.Range(0, count).Select(n => $" fragment F{n} on Query {{ echo }}"));
        Assert.Equal("none", CodeOf(await engine.RunAsync(Document(100))));
        await Refused(engine, Document(101), "The document defines 101 fragments; at most 100.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_chain_of_fragments_does_not_exhaust_the_stack(bool backwards)
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxFragments", "500"));
        var fragments = Enumerable.Range(0, 450).Select(n => $"fragment F{n} on Query{{...F{n + 1}}}")
            .Append("fragment F450 on Query{echo}");
        var query = "{ echo } " + string.Join(' ', backwards ? fragments.Reverse() : fragments);
        await Refused(engine, query, "nests more than 100 selection sets and fragments.");
    }

    [Fact]
    public async Task Braces_within_braces_beyond_what_the_parser_reads_are_a_limit_not_a_fault()
    {
        using var engine = new SampleEngine();
        var query = new StringBuilder().Insert(0, "{a", 5_000).Append('}', 5_000).ToString();
        await Refused(engine, query, "nested too deeply");
        Assert.Empty(engine.Log.Entries);
    }

    [Fact]
    public async Task Fragments_in_a_circle_are_refused_as_invalid()
    {
        using var engine = new SampleEngine();
        var answer = await engine.RunAsync("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }");
        Assert.Equal("GRAPHQL_VALIDATION_FAILED", answer.Code());
        Assert.Equal("Cannot spread fragment 'A' within itself.", answer.Message());
    }

    // one field n times: n × (n − 1) / 2 pairs, each (1 + arguments)² comparisons
    [Theory]
    [InlineData("{ REPEAT }", "echo ", 316, 317, 50_086)]
    [InlineData("{ REPEAT }", "echo(text: \"a\") ", 158, 159, 50_244)]
    [InlineData("{ REPEAT }", "undeclared { start } ", 224, 225, 50_400)]
    [InlineData("{ ...F } fragment F on Query { REPEAT }", "echo ", 224, 225, 50_400)]
    [InlineData("{ ...F ...F } fragment F on Query { REPEAT }", "echo ", 141, 142, 50_197)]
    public async Task Repeated_fields_are_merged_up_to_a_bound(string query, string field, int most, int more, int work)
    {
        using var engine = new SampleEngine();
        await engine.RunAsync("{ echo }");
        var accepted = await engine.RunAsync(query.Replace("REPEAT", Echoes(most, field), StringComparison.Ordinal));
        Assert.Equal("none", CodeOf(accepted));
        await Refused(
            engine, query.Replace("REPEAT", Echoes(more, field), StringComparison.Ordinal),
            $"repeats fields: {work} comparisons to merge them; at most 50000. Select each field once.");
    }

    [Fact]
    public async Task The_standard_introspection_query_is_answered_whatever_the_depth_of_operations()
    {
        using var engine = new SampleEngine(("Analytics:Limits:MaxDepth", "3"));
        var answer = await engine.RunAsync(Introspection.Standard);
        Assert.Equal("none", CodeOf(answer));
        Assert.Contains("\"Someone who trains.\"", answer.Data(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Introspection_that_goes_round_in_lists_is_refused()
    {
        using var engine = new SampleEngine();
        await Refused(
            engine, "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
            "__schema selects 7 levels and 3 lists of lists; at most 20 and 2.");
    }

    [Theory]
    [InlineData("MaxUsers", "0", "Analytics:Limits:MaxUsers is 0; it must be between 1 and 10000.")]
    [InlineData("MaxDepth", "51", "Analytics:Limits:MaxDepth is 51; it must be between 1 and 50.")]
    [InlineData("DocumentCacheBytes", "-1", "Analytics:Limits:DocumentCacheBytes is -1; it must be between 0 and 1073741824.")]
    public void A_limit_out_of_its_range_is_named_at_start(string name, string value, string message)
    {
        using var engine = new SampleEngine(($"Analytics:Limits:{name}", value));
        var error = Assert.Throws<OptionsValidationException>(
            () => engine.Services.GetRequiredService<IStartupValidator>().Validate());
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Correct the setting, or remove it to use the default.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_limit_has_bounds_that_its_default_keeps() =>
        Assert.True(new LimitOptionsCheck().Validate(null, new LimitOptions()).Succeeded);

    private static string Deep(int levels)
    {
        var friends = levels - 2;
        return $"query D {{ person(id: \"{SampleIds.Id(1)}\") {{ "
            + string.Concat(Enumerable.Repeat("friend { ", friends)) + "name" + new string('}', friends + 2);
    }

    private static string Echoes(int count, string field = " echo") => string.Concat(Enumerable.Repeat(field, count));

    private static string CodeOf(JsonElement answer) =>
        answer.TryGetProperty("errors", out _) ? answer.Message() : "none";

    private static async Task Refused(SampleEngine engine, string query, string message, object? variables = null)
    {
        var answer = await engine.RunAsync(query, variables);
        Assert.Contains(message, answer.Message(), StringComparison.Ordinal);
        Assert.Equal("LIMIT_EXCEEDED", answer.Code());
        Assert.False(answer.TryGetProperty("data", out _));
    }
}
