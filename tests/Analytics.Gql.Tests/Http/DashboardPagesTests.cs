// The dashboard as a browser gets it: page, policy and files; what they do is in tests/browser/dashboard.
using System.Net;
using System.Text.RegularExpressions;
using Analytics.Gql.Tests.Demo;
using Analytics.Gql.Tests.Fixtures;

namespace Analytics.Gql.Tests.Http;

public sealed class NoDashboardFixture : ServerFixture
{
    protected override IReadOnlyList<string> Settings => ["--Analytics:Http:Dashboard=false"];
}

public sealed partial class DashboardPagesTests(ServerFixture server, DemoServerFixture demo, NoDashboardFixture off)
    : IClassFixture<ServerFixture>, IClassFixture<DemoServerFixture>, IClassFixture<NoDashboardFixture>
{
    [Fact]
    public async Task The_page_allows_scripts_and_connections_of_this_origin_only()
    {
        using var page = await server.Http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.True(page.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task The_page_says_whether_there_is_a_demo_to_sign_in_to()
    {
        Assert.Contains("data-demo=\"no\"", await server.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Contains("data-demo=\"yes\"", await demo.Http.GetStringAsync(new Uri("/", UriKind.Relative)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_files_are_kept_for_good_and_compressed_well()
    {
        var html = await server.Http.GetStringAsync(new Uri("/", UriKind.Relative));
        var script = ScriptSource().Match(html).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/" + script[2..]);
        request.Headers.AcceptEncoding.ParseAdd("br");
        using var file = await server.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (file.StatusCode, file.Content.Headers.ContentType!.MediaType));
        Assert.Equal("public, max-age=31536000, immutable", file.Headers.GetValues("Cache-Control").Single());
        Assert.Equal(["br"], file.Content.Headers.ContentEncoding);
        // The first page's script, of which there may be 150 kB.
        Assert.InRange((await file.Content.ReadAsByteArrayAsync()).Length, 1, 125_000);
    }

    [Theory]
    [InlineData("/assets/")]
    [InlineData("/assets/unknown.js")]
    [InlineData("/assets/..%2findex.html")]
    [InlineData("/index.htm")]
    public async Task What_is_no_file_of_it_is_not_found(string path)
    {
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Where_it_is_off_there_is_neither_page_nor_file()
    {
        using var page = await off.Http.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        var script = ScriptSource().Match(await server.Http.GetStringAsync(new Uri("/", UriKind.Relative))).Groups[1].Value;
        using var file = await off.Http.GetAsync(new Uri("/" + script[2..], UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, file.StatusCode);
    }

    [GeneratedRegex("<script[^>]* src=\"(\\./assets/[^\"]+)\"")]
    private static partial Regex ScriptSource();
}
