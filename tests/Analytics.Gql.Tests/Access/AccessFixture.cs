// A server outside Development that checks tokens, with two users who have trained.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Analytics.Gql.Tests.Fixtures;
using Microsoft.Extensions.Logging;

namespace Analytics.Gql.Tests.Access;

/// <summary>The status, the body as text and as JSON.</summary>
public sealed record TokenAnswer(int Status, string Text, string? Challenge)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;
}

public class AccessFixture : ServerFixture
{
    public AccessFixture() => Log = new RecordedLog(LogLevel.Information);

    protected override IReadOnlyList<string> Settings =>
    [
        "--environment=Production", "--Analytics:Auth:Mode=", $"--Analytics:Auth:SigningKey={Tokens.Key}",
        $"--Analytics:Auth:Issuer={Tokens.Issuer}", $"--Analytics:Auth:Audience={Tokens.Audience}",
        "--Logging:LogLevel:Analytics.Gql.Access=Information",
    ];

    public Guid Ada { get; private set; }
    public Guid Grace { get; private set; }
    public Guid AdasSession { get; private set; }
    public Guid GracesSession { get; private set; }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (Ada, Grace) = (await Workouts.UserAsync(), await Workouts.UserAsync("Grace"));
        var squat = await Workouts.ExerciseAsync();
        AdasSession = await Workouts.SessionAsync(Ada, "2026-03-04T10:00:00Z");
        GracesSession = await Workouts.SessionAsync(Grace, "2026-03-04T10:00:00Z");
        await Workouts.SetAsync(AdasSession, squat, 5, 100m);
        await Workouts.SetAsync(GracesSession, squat, 5, 100m);
        // The worker may be at it already, and then it is the one to wait for.
        await Database.UntilAsync("select not exists (select from analytics.staging_changes)");
    }

    public async Task<TokenAnswer> AskAsync(string? token, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Http.SendAsync(request);
        return new TokenAnswer(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.WwwAuthenticate.ToString() is { Length: > 0 } c ? c : null);
    }
}
