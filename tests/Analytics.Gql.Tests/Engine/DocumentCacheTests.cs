// What the document cache keeps, and what it forgets.
using Analytics.Gql.Engine;
using Analytics.Gql.Engine.Limits;
using Analytics.Gql.Tests.Fixtures;
using GraphQLParser;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Tests.Engine;

public sealed class DocumentCacheTests
{
    [Fact]
    public async Task A_document_is_kept_once_it_passed_every_rule()
    {
        using var engine = new SampleEngine();
        var cache = engine.Services.GetRequiredService<DocumentCache>();
        await engine.RunAsync("{ ech }");
        await engine.RunAsync("query ($v: ID!) { idOf(value: $v) }", new { v = "abc" });
        Assert.Equal(0, cache.Count);
        await engine.RunAsync("query ($v: ID!) { idOf(value: $v) }", new { v = SampleIds.Id(1) });
        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task A_cached_document_checks_its_variables_each_time()
    {
        using var engine = new SampleEngine();
        const string query = "query ($v: ID!) { idOf(value: $v) }";
        await engine.RunAsync(query, new { v = SampleIds.Id(1) });
        Assert.Equal("BAD_USER_INPUT", (await engine.RunAsync(query, new { v = "abc" })).Code());
        Assert.Equal($"{{\"idOf\":\"{SampleIds.Id(2)}\"}}", (await engine.RunAsync(query, new { v = SampleIds.Id(2) })).Data());
    }

    [Fact]
    public async Task A_cached_mutation_is_still_refused_where_only_queries_may_run()
    {
        using var engine = new SampleEngine();
        var query = $"mutation {{ change(input: {{personId: \"{SampleIds.Id(1)}\"}}) }}";
        await engine.RunAsync(query);
        Assert.Equal("METHOD_NOT_ALLOWED", (await engine.RunAsync(query, queriesOnly: true)).Code());
        Assert.Equal(1, engine.Sample.Changes);
    }

    [Fact]
    public void The_documents_unused_for_longest_make_room()
    {
        var texts = Enumerable.Range(0, 4).Select(n => $"{{ echo{n} }}").ToList();
        var one = 1_000 + (texts[0].Length * DocumentCache.BytesPerCharacter);
        var cache = new DocumentCache(Options.Create(new LimitOptions { DocumentCacheBytes = 3 * one }));
        foreach (var text in texts.Take(3)) cache.Keep(text, Parser.Parse(text));
        Assert.NotNull(cache.Find(texts[0]));
        cache.Keep(texts[3], Parser.Parse(texts[3]));
        Assert.Equal(3, cache.Count);
        Assert.Null(cache.Find(texts[1]));
        Assert.NotNull(cache.Find(texts[0]));
    }

    [Fact]
    public void A_document_larger_than_the_cache_is_not_kept()
    {
        var cache = new DocumentCache(Options.Create(new LimitOptions { DocumentCacheBytes = 0 }));
        cache.Keep("{ echo }", Parser.Parse("{ echo }"));
        Assert.Equal(0, cache.Count);
    }
}
