// Requests that have to be refused, each with its stable code.
using System.Text.Json;
using Analytics.Gql.Engine;

namespace Analytics.Gql.Bench.Soak;

internal sealed class SoakRefusals(SoakPeople people, SoakTokens tokens)
{
    private const string Kind = "refused as it has to be";
    private static readonly SoakOperation Weeks = SoakOperation.Of("AthleteWeeks");
    private static readonly SoakOperation Enqueue = SoakOperation.Of("EnqueueRefresh");

    public SoakRequest Draw(Random random)
    {
        var (user, other) = (people.Quiet[0], people.Quiet[1]);
        return random.Next(13) switch
        {
            0 => Text("{ freshness {", ErrorCodes.ParseFailed),
            1 => Text("{ nothing }", ErrorCodes.ValidationFailed),
            2 => Range("not-an-id", "2026-01-05", "2026-02-01", ErrorCodes.BadUserInput),
            3 => Range(user, "2026-03-02", "2026-01-05", ErrorCodes.BadUserInput),
            4 => Range(user, "2020-01-06", "2026-01-05", ErrorCodes.LimitExceeded),
            5 => Body(new { documentId = $"sha256:{random.NextInt64():x64}" }, ErrorCodes.DocumentNotFound),
            6 => Body(
                new { extensions = new { persistedQuery = new { version = 1, sha256Hash = $"{random.NextInt64():x64}" } } },
                ErrorCodes.PersistedQueryNotFound),
            7 => new(Kind, tokens.Coach, "{\"query\": \"{ fresh", Code: ErrorCodes.BadRequest),
            8 => Valid(user) with { Token = null, Code = ErrorCodes.Unauthenticated },
            9 => Valid(user) with { Token = tokens.Of(other), Code = ErrorCodes.Forbidden },
            10 => Valid(user) with { MediaType = "text/plain", Code = ErrorCodes.UnsupportedMediaType },
            11 => Valid(user) with { Accept = "image/png", Code = ErrorCodes.NotAcceptable },
            _ => new(
                Kind, tokens.Coach, Body: null, $"?documentId={Enqueue.Id}&variables={{\"userId\":\"{user}\"}}",
                ErrorCodes.MethodNotAllowed),
        };
    }

    private SoakRequest Valid(Guid user) => Range(user, "2026-01-05", "2026-02-01", code: "");

    private SoakRequest Range(object userId, string from, string to, string code) =>
        Body(new { documentId = Weeks.Id, variables = new { userId, from, to } }, code);

    private SoakRequest Text(string query, string code) => Body(new { query }, code);

    private SoakRequest Body(object body, string code) =>
        new(Kind, tokens.Coach, JsonSerializer.Serialize(body), Code: code);
}
