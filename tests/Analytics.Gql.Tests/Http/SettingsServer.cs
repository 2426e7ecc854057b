// The sample server with settings of one test, a clock of its own, and users named by a header.
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Analytics.Gql.Tests.Http;

public sealed class SettingsServer(params (string Key, string Value)[] settings) : SampleServer, IAsyncDisposable
{
    public const string UserHeader = "X-Test-User";

    public FakeTimeProvider Clock { get; } = new();

    protected override Dictionary<string, string?> Settings =>
        settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);

    public static async Task<SettingsServer> StartAsync(params (string Key, string Value)[] settings)
    {
        var server = new SettingsServer(settings);
        await server.InitializeAsync();
        return server;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    protected override void Configure(WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<TimeProvider>(Clock);
    }

    protected override Task Before(HttpContext http, RequestDelegate rest)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.Headers[UserHeader] is [{ } user])
            http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user)], "test"));
        return base.Before(http, rest);
    }
}
