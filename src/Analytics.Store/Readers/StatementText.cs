// Statements for the busiest readers: parameters by position, so that no text is searched for names at each request.
using System.Text.RegularExpressions;

namespace Analytics.Store.Readers;

internal static partial class StatementText
{
    /// <summary>The same statement with <c>$1</c>, <c>$2</c> … for the named parameters, in this order.</summary>
    /// <exception cref="ArgumentException">It has a parameter of another name.</exception>
    public static string Positional(string sql, params string[] names) => Parameter().Replace(sql, match =>
        Array.IndexOf(names, match.Groups[1].Value) is >= 0 and var i
            ? $"${i + 1}"
            : throw new ArgumentException($"The statement has a parameter '{match.Value}', which is not among {string.Join(", ", names)}."));

    /// <summary>The same statement with <c>$1</c>, <c>$2</c> … for the named parameters in the order in which they first occur,
    /// and their names.</summary>
    public static (string Sql, IReadOnlyList<string> Names) Numbered(string sql)
    {
        string[] names = [.. Parameter().Matches(sql).Select(m => m.Groups[1].Value).Distinct()];
        return (Positional(sql, names), names);
    }

    [GeneratedRegex(@"@(\w+)")]
    private static partial Regex Parameter();
}
