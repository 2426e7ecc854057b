// The IDE as a browser gets it: page, policy and files, over a real socket; what they do is in tests/browser/ide.mjs.
using System.Net;
using System.Text.RegularExpressions;
using Analytics.Gql.Access;
using Analytics.Gql.Tests.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Http;

public sealed partial class IdePagesTests(SampleServer server) : IClassFixture<SampleServer>
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    [Fact]
    public async Task A_browser_gets_the_ide_under_a_policy_that_allows_this_origin_only()
    {
        using var page = await VisitAsync(server);
        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (page.StatusCode, page.MediaType()));
        Assert.Equal(
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single());
        Assert.True(page.Headers.CacheControl!.NoCache);
        Assert.Contains("Accept", page.Headers.Vary);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("<div id=\"ide\" data-demo=\"no\">", html, StringComparison.Ordinal);
        Assert.All(Scripts().Matches(html), script => Assert.Equal("", script.Groups[1].Value));
    }

    [Theory]
    [InlineData("", "/graphql")]
    [InlineData("", "/graphql/")]
    [InlineData("/api", "/api/graphql")]
    [InlineData("/api", "/api/graphql/")]
    public async Task The_page_finds_its_files_wherever_it_was_opened(string pathBase, string path)
    {
        var based = new Based(pathBase);
        await based.InitializeAsync();
        using var page = await VisitAsync(based, path);
        var html = await page.Content.ReadAsStringAsync();
        var files = Files().Matches(html).Select(link => new Uri(page.RequestMessage!.RequestUri!, link.Groups[1].Value)).ToList();
        Assert.Contains(files, file => file.AbsolutePath.EndsWith(".js", StringComparison.Ordinal));
        Assert.Contains(files, file => file.AbsolutePath.EndsWith(".css", StringComparison.Ordinal));
        Assert.Contains(files, file => file.AbsolutePath.EndsWith(".svg", StringComparison.Ordinal));
        foreach (var file in files)
        {
            Assert.Equal(based.Client.BaseAddress!.Authority, file.Authority);
            using var found = await based.Client.GetAsync(file);
            Assert.Equal(HttpStatusCode.OK, found.StatusCode);
            Assert.Equal("public, max-age=31536000, immutable", found.Headers.GetValues("Cache-Control").Single());
        }
        await based.DisposeAsync();
    }

    [Theory]
    [InlineData("*.worker-*.js", "text/javascript")]
    [InlineData("index-*.css", "text/css")]
    [InlineData("codicon-*.ttf", "font/ttf")]
    public async Task Files_are_compressed_and_typed_as_browsers_insist_on(string pattern, string type)
    {
        var file = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "wwwroot/graphql/ide/assets"), pattern)[0];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql/ide/assets/" + Path.GetFileName(file));
        request.Headers.AcceptEncoding.ParseAdd("br");
        using var response = await server.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.MediaType()));
        Assert.Equal(["br"], response.Content.Headers.ContentEncoding);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public async Task Head_tells_of_the_page_and_of_a_file_without_sending_them()
    {
        foreach (var path in new[] { "/graphql", await AFileAsync(server) })
        {
            using var head = await server.SendAsync(HttpMethod.Head, path, null, Browser);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            Assert.NotNull(head.Headers.CacheControl);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("/graphql/ide")]
    [InlineData("/graphql/ide/")]
    [InlineData("/graphql/ide/index.html")]
    [InlineData("/graphql/ide/assets/unknown.js")]
    [InlineData("/graphql/ide/..%2f..%2findex.html")]
    public async Task What_is_no_file_of_the_page_is_not_found(string path)
    {
        using var response = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Page_and_files_need_no_token_and_the_schema_does()
    {
        var signedIn = new SignedIn();
        await signedIn.InitializeAsync();
        using var page = await VisitAsync(signedIn);
        using var file = await signedIn.Client.GetAsync(new Uri(await AFileAsync(signedIn), UriKind.Relative));
        using var schema = await signedIn.PostAsync(new { query = "{ __schema { queryType { name } } }" });
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized),
            (page.StatusCode, file.StatusCode, schema.StatusCode));
        await signedIn.DisposeAsync();
    }

    [Fact]
    public async Task Where_it_is_off_a_browser_gets_a_plain_page_and_no_file()
    {
        var path = await AFileAsync(server);
        await using var off = await SettingsServer.StartAsync(("Analytics:Http:Ide", "false"));
        using var page = await VisitAsync(off);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("<a href=\"/graphql/schema.graphql\">", html, StringComparison.Ordinal);
        Assert.Contains($"{off.Client.BaseAddress!.ToString().TrimEnd('/')}/graphql", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var file = await off.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, file.StatusCode);
    }

    private static Task<HttpResponseMessage> VisitAsync(SampleServer server, string path = "/graphql") =>
        server.SendAsync(HttpMethod.Get, path, null, Browser);

    private static async Task<string> AFileAsync(SampleServer server)
    {
        using var page = await VisitAsync(server);
        var html = await page.Content.ReadAsStringAsync();
        return Files().Matches(html)[0].Groups[1].Value.TrimStart('.');
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Files();

    [GeneratedRegex("<script[^>]*>([^<]*)")]
    private static partial Regex Scripts();

    private sealed class SignedIn : SampleServer
    {
        protected override AuthOptions Auth => new() { SigningKey = Tokens.Key };
    }

    private sealed class Based(string pathBase) : SampleServer, IStartupFilter
    {
        // Before routing, as a host does it.
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UsePathBase(pathBase);
            next(app);
        };

        protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton<IStartupFilter>(this);
    }
}
