// Opaque cursors: order, sort key and session id, so that a cursor says itself when it is used with another order.
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Analytics.Gql.Engine;
using Analytics.Store.Readers;

namespace Analytics.Gql.SessionSummaries;

internal static partial class Cursors
{
    private const int ShownCharacters = 64;

    public static string Write(SessionSummaryOrder order, SessionCursor cursor) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{(int)order}|{cursor.SortKey}|{cursor.SessionId}"));

    /// <param name="argument">after or before, for the message.</param>
    /// <exception cref="ClientError">It is no cursor, or one of another order.</exception>
    public static SessionCursor Read(string argument, string text, SessionSummaryOrder order)
    {
        var match = Base64Url.IsValid(text)
            ? Form().Match(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)))
            : Match.Empty;
        if (!match.Success)
            throw new ClientError(
                ErrorCodes.BadUserInput,
                $"sessionSummaries: '{argument}' is \"{Shown(text)}\", which is no cursor. "
                + "Use one from an earlier page.");
        if (match.Groups["order"].Value != ((int)order).ToString(CultureInfo.InvariantCulture))
            throw new ClientError(
                ErrorCodes.BadUserInput,
                $"sessionSummaries: the cursor in '{argument}' belongs to another order. Start again without it.");
        return new SessionCursor(match.Groups["key"].Value, Guid.Parse(match.Groups["id"].Value));
    }

    private static string Shown(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";

    // The orders by start (0 and 1) have microseconds for a key, the others a number: what PostgreSQL can cast, nothing
    // else.
    [GeneratedRegex(
        @"\A(?:(?<order>[01])\|(?<key>-?[0-9]{1,18})"
        + @"|(?<order>[2-4])\|(?<key>-Infinity|-?[0-9]{1,101}(\.[0-9]{1,1000})?))"
        + @"\|(?<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\z")]
    private static partial Regex Form();
}
