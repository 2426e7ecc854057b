// The sample server with settings of one test.

namespace Analytics.Gql.Tests.Http;

public sealed class SettingsServer(params (string Key, string Value)[] settings) : SampleServer, IAsyncDisposable
{
    protected override Dictionary<string, string?> Settings =>
        settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);

    public static async Task<SettingsServer> StartAsync(params (string Key, string Value)[] settings)
    {
        var server = new SettingsServer(settings);
        await server.InitializeAsync();
        return server;
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
