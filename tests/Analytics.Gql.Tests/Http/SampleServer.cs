// The sample schema behind a real Kestrel on a loopback port.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Analytics.Gql.Access;
using Analytics.Gql.Http;
using Analytics.Gql.Tests.Engine;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Http;

public class SampleServer : IAsyncLifetime
{
    private WebApplication? _app;

    protected virtual Dictionary<string, string?> Settings => [];

    protected virtual AuthOptions Auth => new() { Mode = "Open" };

    protected virtual void Configure(WebApplicationBuilder builder)
    {
    }

    /// <summary>Stands where access control does in the real server.</summary>
    protected virtual Task Before(HttpContext http, RequestDelegate rest)
    {
        ArgumentNullException.ThrowIfNull(rest);
        return rest(http);
    }

    public HttpClient Client { get; private set; } = null!;

    public RecordedLog Log { get; } = new();

    public SampleLog Sample => _app!.Services.GetRequiredService<SampleLog>();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(Settings);
        builder.Logging.ClearProviders().AddProvider(Log);
        SampleEngine.AddSample(builder.Services);
        builder.Services.AddAccess(Auth);
        builder.Services.AddStreaming();
        builder.Services.AddAnalyticsHttp();
        Configure(builder);
        _app = builder.Build();
        _app.UseAnalyticsHttp();
        _app.UseWebSockets();
        _app.UseAuthentication();
        _app.Use((http, next) => Before(http, next));
        _app.MapGet("/health/live", () => "alive");
        _app.MapAnalyticsGraphQL();
        await _app.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await _app!.DisposeAsync();
    }

    /// <summary>Posts JSON text as it is.</summary>
    public Task<HttpResponseMessage> PostAsync(string body, string? accept = null, string contentType = "application/json") =>
        SendAsync(HttpMethod.Post, "/graphql", new ByteArrayContent(Encoding.UTF8.GetBytes(body)), accept, contentType);

    public Task<HttpResponseMessage> PostAsync(object body, string? accept = null) =>
        PostAsync(JsonSerializer.Serialize(body), accept);

    public Task<HttpResponseMessage> GetAsync(string queryString, string? accept = null) =>
        SendAsync(HttpMethod.Get, "/graphql" + queryString, null, accept);

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, string? accept = null, string? contentType = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        if (contentType is not null && content is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return Client.SendAsync(request);
    }
}

internal static class Responses
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        await response.Content.ReadFromJsonAsync<JsonElement>();

    public static string MediaType(this HttpResponseMessage response) => response.Content.Headers.ContentType!.ToString();
}
