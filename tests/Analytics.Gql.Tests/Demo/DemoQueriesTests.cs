using System.Text.Json;
using Analytics.Demo;

namespace Analytics.Gql.Tests.Demo;

public sealed class DemoQueriesTests
{
    private static readonly Guid User = new("7f3c1a52-0d1e-4c55-9a53-0e6f4d0c9b11");

    [Fact]
    public void The_first_query_asks_for_twelve_weeks_that_end_with_this_one()
    {
        var query = DemoQueries.For(User, new DateOnly(2026, 1, 14))[0];
        Assert.Contains("from: \"2025-10-27\", to: \"2026-01-12\"", query.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_curl_line_carries_the_query_as_one_line_of_json()
    {
        var query = DemoQueries.For(User, new DateOnly(2026, 1, 14))[0];
        var line = query.Curl(new Uri("http://localhost:5080/graphql"));
        Assert.StartsWith("curl -s http://localhost:5080/graphql -H ", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);

        var body = line[(line.IndexOf("-d '", StringComparison.Ordinal) + 4)..^1];
        var text = JsonDocument.Parse(body).RootElement.GetProperty("query").GetString()!;
        Assert.Contains($"weeklyAggregates(userId: \"{User}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_three_queries_with_balanced_braces()
    {
        var queries = DemoQueries.For(User, new DateOnly(2026, 1, 14));
        Assert.Equal(3, queries.Count);
        Assert.All(queries, q => Assert.Equal(q.Text.Count(c => c == '{'), q.Text.Count(c => c == '}')));
    }
}
