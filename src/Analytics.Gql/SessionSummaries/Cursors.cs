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
    public static string Write(SessionSummaryOrder order, SessionCursor cursor) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{(int)order}|{cursor.SortKey}|{cursor.SessionId}"));

    /// <param name="argument">after or before, for the message.</param>
    /// <exception cref="ClientError">It is no cursor, or one of another order.</exception>
    public static SessionCursor Read(string argument, string text, SessionSummaryOrder order)
    {
        var match = Base64Url.IsValid(text) ? Form().Match(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text))) : System.Text.RegularExpressions.Match.Empty;
        if (!match.Success)
            throw ClientError.BadInput($"sessionSummaries: '{argument}' is \"{text}\", which is no cursor. Use one from an earlier page.");
        if (match.Groups["order"].Value != ((int)order).ToString(CultureInfo.InvariantCulture))
            throw ClientError.BadInput($"sessionSummaries: the cursor in '{argument}' belongs to another order. Start again without it.");
        return new SessionCursor(match.Groups["key"].Value, Guid.Parse(match.Groups["id"].Value));
    }

    [GeneratedRegex(@"^(?<order>\d)\|(?<key>-Infinity|-?\d{1,18}|-?\d{1,101}(\.\d{1,1000})?)\|(?<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]
    private static partial Regex Form();
}
