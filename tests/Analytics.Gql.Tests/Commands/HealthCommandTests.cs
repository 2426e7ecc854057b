// analytics-gql health: asks where the settings say that the server listens, and tells by its exit code.
using Analytics.Gql.Commands;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Configuration;

namespace Analytics.Gql.Tests.Commands;

public sealed class HealthCommandTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    [Theory]
    [InlineData(null, null, "http://localhost:5000/")]
    [InlineData("http://+:8080", null, "http://localhost:8080/")]
    [InlineData("http://[::]:8080;https://*:8443", null, "http://localhost:8080/")]
    [InlineData("http://127.0.0.1:5080", "9", "http://127.0.0.1:5080/")]
    [InlineData(null, "8080;8081", "http://localhost:8080/")]
    public void It_asks_the_first_address_as_this_machine_reaches_it(string? urls, string? ports, string expected) =>
        Assert.Equal(expected, HealthCommand.Address(Settings(urls, ports)).ToString());

    [Theory]
    [InlineData("http://unix:/run/analytics.sock")]
    [InlineData("nonsense")]
    public void What_it_cannot_ask_is_named(string urls)
    {
        var refused = Assert.Throws<SettingsException>(() => HealthCommand.Address(Settings(urls, null)));
        Assert.Contains(urls, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_tells_a_server_that_answers_from_one_that_does_not()
    {
        await using var server = await ServerProcess.StartAsync(fixture.Database);
        var urls = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = server.Address.ToString() };
        var ready = await ServerProcess.RunAsync(["health"], urls);
        Assert.Equal((0, ""), (ready.ExitCode, ready.Errors));
        Assert.Contains("\"database\"", ready.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await ServerProcess.RunAsync(["health", "--live"], urls)).ExitCode);

        await server.KillAsync();
        var gone = await ServerProcess.RunAsync(["health", "--url", server.Address.ToString()]);
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("name its address with --url", gone.Errors, StringComparison.Ordinal);
    }

    private static IConfiguration Settings(string? urls, string? ports) => new ConfigurationBuilder()
        .AddInMemoryCollection([new("ASPNETCORE_URLS", urls), new("ASPNETCORE_HTTP_PORTS", ports)]).Build();
}
