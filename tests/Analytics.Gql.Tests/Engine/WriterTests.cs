// The writer against the library's serializer, and how values look in JSON.
using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Analytics.Gql.Engine;
using Analytics.Gql.Tests.Fixtures;
using GraphQL;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Engine;

public sealed class WriterTests : IDisposable
{
    private readonly SampleEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    public static TheoryData<string, object?> Operations => new()
    {
        { "{ echo }", null },
        { "query ($t: String) { echo(text: $t) }", new { t = "\" \\ / \b\f\n\r\t \u0000 \u001f \u007f \u0085 \u00a0 \u2028 \u2029 \ufeff" } },
        { "query ($t: String) { echo(text: $t) }", new { t = "Zoë 日本語 👩‍👩‍👧 \U0010ffff \ufffd <script>&'+" } },
        { "{ numbers order instant(value: \"2026-01-05T06:30:00+02:00\") }", null },
        { "query ($n: Float) { number(value: $n) }", new { n = 1.7976931348623157e308 } },
        { "query ($n: Float) { number(value: $n) }", new { n = 123456789012345678L } },
        { "{ page(first: 2) { nodes { start volumeKg refreshedAt } } undeclared { start } }", null },
        { "{ page { nodes { __typename } } __typename }", null },
        { "{ person(id: \"00000000-0000-0000-0000-000000000000\") { name } }", null },
        { "{ people(ids: [\"00000000-0000-0000-0000-000000000000\"]) { name } ok: echo(text: \"a\") }", null },
        { "{ boom }", null },
        { "{ ech }", null },
        { "{ echo", null },
        { "query ($v: ID!) { idOf(value: $v) }", new { v = "abc" } },
        { Introspection.Standard, null },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_answer_means_the_same_as_the_serializer_gives(string query, object? variables)
    {
        var result = await _engine.ResultAsync(query, variables);
        result.Execution.Extensions = new Dictionary<string, object?> { ["cost"] = 5L, ["more"] = new object?[] { 1.5m, null, "é" } };
        var ours = JsonNode.Parse(Written(result));
        var theirs = JsonNode.Parse(_engine.Services.GetRequiredService<IGraphQLTextSerializer>().Serialize(result.Execution));
        Assert.True(JsonNode.DeepEquals(theirs, ours), $"{theirs}\n{ours}");
    }

    [Fact]
    public async Task Half_a_surrogate_pair_from_a_resolver_does_not_break_the_answer()
    {
        var result = await _engine.ResultAsync("{ echo(text: \"a\\ud800b\") }");
        using var parsed = JsonDocument.Parse(Written(result));
        Assert.True(parsed.RootElement.TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Numbers_dates_and_ids_have_one_form()
    {
        var id = SampleIds.Id(1).ToString().ToUpperInvariant();
        var answer = await _engine.RunAsync(
            "query ($id: ID) { numbers page(first: 1) { nodes { start volumeKg refreshedAt } } order idOf(value: $id) "
            + "instant(value: \"2026-01-05T06:30:00.100+02:00\") day(value: \"2026-01-05\") }", new { id });
        Assert.Equal(
            """{"numbers":[1.5,0.1,1E+300,5E-324,-0,100],"page":{"nodes":[{"start":"0001-01-01","volumeKg":62.5,"""
            + "\"refreshedAt\":\"2026-01-05T06:30:00.123456Z\"}]},\"order\":\"LATEST_FIRST\","
            + $"\"idOf\":\"{SampleIds.Id(1)}\",\"instant\":\"2026-01-05T04:30:00.1Z\",\"day\":\"2026-01-05\"}}",
            answer.Data());
    }

    private static byte[] Written(OperationResult result)
    {
        var bytes = new ArrayBufferWriter<byte>();
        result.WriteTo(bytes);
        Assert.Equal(bytes.WrittenSpan, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.WrittenSpan)));
        return bytes.WrittenSpan.ToArray();
    }
}
