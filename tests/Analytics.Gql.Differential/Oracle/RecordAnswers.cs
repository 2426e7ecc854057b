// Personal records of the API beside the recomputed ones, once its schema has them.
using System.Text.Json;

namespace Analytics.Gql.Differential.Oracle;

public sealed class RecordAnswers(Ask ask)
{
    private const string SchemaQuery = """
        { root: __type(name: "Query") { fields { name } } record: __type(name: "PersonalRecord") { fields { name } } }
        """;

    private static readonly (string Measure, string Prefix, Func<Record, Best> Of)[] Measures =
    [
        ("maxWeightKg", "maxWeight", r => r.MaxWeightKg), ("bestE1rmKg", "bestE1rm", r => r.BestE1rmKg),
        ("bestSetVolumeKg", "bestSetVolume", r => r.BestSetVolumeKg), ("maxDistanceM", "maxDistance", r => r.MaxDistanceM),
    ];

    private string? _query;

    /// <summary>One row an exercise, in order of its id.</summary>
    public static IEnumerable<string> Of(IEnumerable<Record> records) =>
        from record in records
        select Row(record.Exercise, Measures.Select(m => m.Of(record)));

    /// <returns>Null while the schema has no personal records.</returns>
    public async Task<IReadOnlyList<string>?> AskAsync(Guid user, IReadOnlyList<Record> records, CancellationToken ct)
    {
        _query ??= await QueryAsync(ct);
        if (_query == "")
            return null;
        var nodes = (await ask(_query, new { u = user }, ct)).GetProperty("personalRecords").GetProperty("nodes");
        return [.. nodes.EnumerateArray().Select(node =>
        {
            var exercise = node.GetProperty("exercise").GetProperty("id").GetGuid();
            var recomputed = records.FirstOrDefault(r => r.Exercise == exercise);
            return Row(exercise, Measures.Select(m =>
                Answered(node, m.Measure, m.Prefix, recomputed is null ? null : m.Of(recomputed).Value)));
        }).Order(StringComparer.Ordinal)];
    }

    /// <summary>A value within a hundredth of the recomputed one is that: the definition leaves rounding open.</summary>
    private static Best Answered(JsonElement node, string measure, string prefix, decimal? recomputed)
    {
        var value = node.GetProperty(measure) is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal() : (decimal?)null;
        var session = node.GetProperty($"{prefix}Session");
        var at = node.GetProperty($"{prefix}At");
        return new Best(
            value is { } v && recomputed is { } r && Math.Abs(v - r) <= 0.01m ? recomputed : value,
            session.ValueKind == JsonValueKind.Null ? null : session.GetProperty("sessionId").GetGuid(),
            at.ValueKind == JsonValueKind.Null ? null : at.GetDateTime());
    }

    private static string Row(Guid exercise, IEnumerable<Best> bests) => string.Join(' ', bests
        .Select(b => $"{Answers.Text(b.Value)} {Answers.Text(b.Session)} {Answers.Text(b.At)}").Prepend($"{exercise}"));

    /// <summary>The names of …At and …Session as the schema has them, under the names that Row expects.</summary>
    private async Task<string> QueryAsync(CancellationToken ct)
    {
        var schema = await ask(SchemaQuery, new { }, ct);
        if (!Names("root").Contains("personalRecords"))
            return "";
        var fields = Names("record");
        var selected = Measures.Select(m =>
            $"{m.Measure} {m.Prefix}At: {Named(m.Prefix, "At")} "
            + $"{m.Prefix}Session: {Named(m.Prefix, "Session")} {{ sessionId }}");
        var nodes = $"nodes {{ exercise {{ id }} {string.Join(' ', selected)} }}";
        return $"query ($u: ID!) {{ personalRecords(userId: $u) {{ {nodes} }} }}";

        IReadOnlyList<string> Names(string type) => schema.GetProperty(type) is { ValueKind: JsonValueKind.Object } found
            ? [.. found.GetProperty("fields").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)]
            : [];

        string Named(string prefix, string suffix) => fields.Single(f =>
            f.StartsWith(prefix, StringComparison.Ordinal) && f.EndsWith(suffix, StringComparison.Ordinal));
    }
}
