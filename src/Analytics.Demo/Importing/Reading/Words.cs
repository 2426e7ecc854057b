// How messages show what a file holds: short, and with nothing in it that a terminal would obey.
namespace Analytics.Demo.Importing.Reading;

internal static class Words
{
    private const int MostCharacters = 40;
    private const int MostNames = 8;

    public static string Quote(string value) => $"'{Plain(value)}'";

    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostNames).Select(Quote)) + (names.Count > MostNames ? $" and {names.Count - MostNames} more" : "");

    public static string Plain(string value)
    {
        // Not between the halves of a surrogate pair.
        var length = value.Length <= MostCharacters ? value.Length
            : char.IsHighSurrogate(value[MostCharacters - 1]) ? MostCharacters - 1
            : MostCharacters;
        var shown = string.Create(length, value, (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(from[i]) ? '\u00B7' : from[i];
        });
        return length < value.Length ? shown + "…" : shown;
    }
}
