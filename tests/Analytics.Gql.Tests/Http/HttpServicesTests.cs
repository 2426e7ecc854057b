// Compression, CORS and the headers of every answer.
using System.IO.Compression;
using System.Net;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Tests.Http;

public sealed class HttpServicesTests
{
    private const string Origin = "https://dash.example";

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_large_answer_is_compressed_as_the_client_accepts(string encoding)
    {
        await using var server = await SettingsServer.StartAsync();
        using var response = await PostAsync(server, Echo(1_100), encoding);
        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        await using var body = await response.Content.ReadAsStreamAsync();
        await using Stream plain = encoding == "br"
            ? new BrotliStream(body, CompressionMode.Decompress) : new GZipStream(body, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Equal(Answer(1_100), await reader.ReadToEndAsync());
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Theory]
    [InlineData(1_023, false)]
    [InlineData(1_024, true)]
    public async Task An_answer_that_fits_a_packet_is_left_as_it_is(int bytes, bool compressed)
    {
        await using var server = await SettingsServer.StartAsync();
        var letters = bytes - Answer(0).Length;
        using var response = await PostAsync(server, Echo(letters), "br");
        Assert.Equal(compressed ? ["br"] : [], response.Content.Headers.ContentEncoding);
        if (compressed) return;
        Assert.Equal(bytes, response.Content.Headers.ContentLength);
        Assert.Equal(Answer(letters), await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("DrainDelayS", "-1", 600)]
    [InlineData("DrainDelayS", "601", 600)]
    [InlineData("MaxAgeS", "86401", 86_400)]
    public async Task A_time_out_of_its_range_is_named_at_start(string setting, string value, int most)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => SettingsServer.StartAsync(($"Analytics:Http:{setting}", value)));
        Assert.StartsWith(
            $"Analytics:Http:{setting} is {value}; it must be between 0 and {most}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compression_can_be_turned_off_and_is_not_forced_on_anyone()
    {
        await using var off = await SettingsServer.StartAsync(("Analytics:Http:Compression", "false"));
        using var without = await PostAsync(off, Echo(5_000), "br");
        Assert.Empty(without.Content.Headers.ContentEncoding);
        await using var on = await SettingsServer.StartAsync();
        using var unasked = await PostAsync(on, Echo(5_000), null);
        Assert.Empty(unasked.Content.Headers.ContentEncoding);
        Assert.Equal(Answer(5_000), await unasked.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_batch_is_compressed_too()
    {
        await using var server = await SettingsServer.StartAsync();
        using var response = await PostAsync(server, $"[{Echo(600)},{Echo(600)}]", "gzip");
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Equal($"[{Answer(600)},{Answer(600)}]", await reader.ReadToEndAsync());
    }

    [Theory]
    [InlineData("https://dash.example", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("http://dash.example", false)]
    public async Task Only_pages_of_allowed_origins_may_ask(string origin, bool allowed)
    {
        await using var server = await SettingsServer.StartAsync(("Analytics:Http:AllowedOrigins:0", Origin));
        using var preflight = await PreflightAsync(server, origin);
        Assert.Equal(allowed ? [origin] : [], Values(preflight, "Access-Control-Allow-Origin"));
        if (allowed)
        {
            Assert.Equal(["GET,POST"], Values(preflight, "Access-Control-Allow-Methods"));
            Assert.Equal(["content-type,authorization,last-event-id,if-none-match,X-Analytics-Cost,X-Analytics-Statements"], Values(preflight, "Access-Control-Allow-Headers"));
            Assert.Equal(["3600"], Values(preflight, "Access-Control-Max-Age"));
        }
        Assert.Empty(Values(preflight, "Access-Control-Allow-Credentials"));
        server.Client.DefaultRequestHeaders.Add("Origin", origin);
        using var answer = await server.PostAsync(new { query = "{ echo }" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(allowed ? [origin] : [], Values(answer, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Without_allowed_origins_there_are_no_cors_headers()
    {
        await using var server = await SettingsServer.StartAsync();
        using var preflight = await PreflightAsync(server, Origin);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, preflight.StatusCode);
        Assert.DoesNotContain(preflight.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("dash.example")]
    [InlineData("https://dash.example/")]
    [InlineData("https://dash.example:443")]
    [InlineData("https://Dash.example")]
    [InlineData("ftp://dash.example")]
    public async Task An_origin_that_no_browser_sends_is_named_at_start(string origin)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => SettingsServer.StartAsync(("Analytics:Http:AllowedOrigins:0", origin)));
        Assert.StartsWith(
            $"Analytics:Http:AllowedOrigins has '{origin}', which is no origin. Write scheme and host as browsers send them",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/graphql?query={echo}")]
    [InlineData("/graphql")]
    [InlineData("/graphql/schema.graphql")]
    [InlineData("/health/live")]
    [InlineData("/nowhere")]
    public async Task Every_answer_has_the_security_headers(string path)
    {
        await using var server = await SettingsServer.StartAsync();
        using var response = await server.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(["nosniff"], Values(response, "X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], Values(response, "Referrer-Policy"));
        Assert.Equal(["same-origin"], Values(response, "Cross-Origin-Resource-Policy"));
    }

    private static string Echo(int letters) => $"{{\"query\": \"{{ echo(text: \\\"{new string('a', letters)}\\\") }}\"}}";

    private static string Answer(int letters) => $"{{\"data\":{{\"echo\":\"{new string('a', letters)}\"}}}}";

    private static Task<HttpResponseMessage> PostAsync(SampleServer server, string body, string? encoding)
    {
        if (encoding is not null) server.Client.DefaultRequestHeaders.Add("Accept-Encoding", encoding);
        return server.PostAsync(body);
    }

    private static async Task<HttpResponseMessage> PreflightAsync(SampleServer server, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/graphql");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,authorization,last-event-id,x-analytics-cost");
        return await server.Client.SendAsync(request);
    }

    private static IEnumerable<string> Values(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values : [];
}
