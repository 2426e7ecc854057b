// The same questions to all, and the first answer that differs.
using System.Net;
using Analytics.Gql.Bench.Peers.Contenders;

namespace Analytics.Gql.Bench.Peers;

/// <summary>Two contenders do not say the same, so that comparing their times means nothing.</summary>
internal sealed class AnswerDiffersException(string message) : Exception(message);

internal sealed record GivenAnswer(byte[] Body, string? ETag);

internal static class EqualAnswers
{
    private const int ShownCharacters = 2_000;

    /// <returns>One for each of the query's variables; null when the contender cannot answer it.</returns>
    public static async Task<IReadOnlyList<GivenAnswer>?> AskAsync(
        HttpClient http, HttpContender contender, PeerQuery query, CancellationToken ct)
    {
        if (contender.Requests(query) is not { } requests)
            return null;
        var answers = new List<GivenAnswer>();
        foreach (var request in requests)
        {
            using var message = request.Message(contender.Server.Address);
            using var response = await http.SendAsync(message, ct);
            var body = await response.Content.ReadAsByteArrayAsync(ct);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new AnswerDiffersException(
                    $"{contender.Name}, {query.Name}: {(int)response.StatusCode} {Shown(System.Text.Encoding.UTF8.GetString(body))}");
            answers.Add(new GivenAnswer(body, response.Headers.ETag?.ToString()));
        }
        return answers;
    }

    /// <exception cref="AnswerDiffersException">They differ.</exception>
    public static void Compare(
        HttpContender contender, PeerQuery query, IReadOnlyList<GivenAnswer> reference, IReadOnlyList<GivenAnswer> given)
    {
        for (var i = 0; i < reference.Count; i++)
        {
            var (expected, actual) = (Normal(contender, query, reference[i]), Normal(contender, query, given[i]));
            if (expected != actual)
                throw new AnswerDiffersException(
                    $"{contender.Name} answers '{query.Name}' otherwise than the first contender:\n{Shown(actual)}\nnot\n{Shown(expected)}");
        }
    }

    private static string Normal(HttpContender contender, PeerQuery query, GivenAnswer answer)
    {
        try
        {
            return AnswerCheck.Normal(answer.Body, contender.TellsFreshness);
        }
        catch (InvalidOperationException e)
        {
            throw new AnswerDiffersException($"{contender.Name}, {query.Name}: {Shown(e.Message)}");
        }
    }

    private static string Shown(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";
}
