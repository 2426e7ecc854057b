// Signing in to the demo, over HTTP: whom there is, a token for one of them, and what that token allows.
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Demo.SignIn;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.AspNetCore.Builder;

namespace Analytics.Gql.Tests.Demo;

public sealed class DemoServerFixture : ServerFixture
{
    public Guid Ada { get; private set; }
    public Guid Grace { get; private set; }

    protected override IReadOnlyList<string> Settings => DemoTokens.ServerSettings;

    protected override void Map(WebApplication app) => app.MapDemoSignIn(Database.DataSource, Grace);

    public override async Task InitializeAsync()
    {
        Grace = Guid.NewGuid();
        await base.InitializeAsync();
        Ada = await Workouts.UserAsync();
        await Database.ExecuteAsync("insert into core.users (user_id, display_name) values (@Grace, 'Grace')", new { Grace });
    }
}

public sealed class DemoSignInTests(DemoServerFixture demo) : IClassFixture<DemoServerFixture>
{
    [Fact]
    public async Task The_coach_comes_first_and_then_the_featured_athlete()
    {
        var people = (await demo.Http.GetFromJsonAsync<JsonElement>("/demo/people")).GetProperty("people");
        Assert.Equal(["coach", $"{demo.Grace}", $"{demo.Ada}"], people.EnumerateArray().Select(p => p.GetProperty("id").GetString()));
        Assert.Equal(["coach", "athlete", "athlete"], people.EnumerateArray().Select(p => p.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task An_athlete_reads_their_own_data_and_nobody_elses()
    {
        var token = await TokenAsync($"{demo.Ada}");
        Assert.Equal("none", (await AskAsync(token, WeeksOf(demo.Ada))).Codes());
        Assert.Equal("FORBIDDEN", (await AskAsync(token, WeeksOf(demo.Grace))).Codes());
        Assert.Equal("FORBIDDEN", (await AskAsync(token, "{ refreshRuns { id } }")).Codes());
    }

    [Fact]
    public async Task The_coach_reads_everyones_data_and_sees_the_refresh_runs()
    {
        var token = await TokenAsync("coach");
        Assert.Equal("none", (await AskAsync(token, WeeksOf(demo.Ada))).Codes());
        Assert.Equal("none", (await AskAsync(token, "{ refreshRuns { id } }")).Codes());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("0b1e7a52-0d1e-4c55-9a53-0e6f4d0c9b11")]
    public async Task There_is_no_token_for_who_is_not_there(string id)
    {
        using var response = await demo.Http.PostAsJsonAsync("/demo/tokens", new { id });
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains($"There is no '{id}'", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_another_page_gets_no_token()
    {
        using var form = new StringContent("""{"id":"coach"}""", MediaTypeHeaderValue.Parse("text/plain"));
        using var response = await demo.Http.PostAsync(new Uri("/demo/tokens", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private static string WeeksOf(Guid user) =>
        $"{{ weeklyAggregates(userId: \"{user}\", from: \"2026-03-02\", to: \"2026-03-02\") {{ nodes {{ weekStart }} }} }}";

    private async Task<string> TokenAsync(string id)
    {
        using var response = await demo.Http.PostAsJsonAsync("/demo/tokens", new { id });
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    private async Task<JsonElement> AskAsync(string token, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await demo.Http.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
