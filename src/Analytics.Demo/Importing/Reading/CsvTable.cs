// The text as a header and rows, by CsvHelper. What is ours: the delimiter, the line that a row begins on, and the refusal of
// a quote that never closes, which would otherwise take the rest of the file for one field.
using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Analytics.Demo.Importing.Reading;

/// <param name="Line">Of the file, from 1, on which the row begins; a note may go over several.</param>
/// <param name="StrayQuote">A quoted field with an undoubled quote in it, so that nobody knows where it ends.</param>
internal readonly record struct CsvRow(int Line, string[] Fields, bool StrayQuote);

internal sealed class CsvTable : IDisposable
{
    private static readonly char[] Delimiters = [',', ';', '\t'];

    private readonly CsvParser _parser;
    private readonly int _length;
    private string? _badField;

    /// <exception cref="ImportRefusedException">The first line ends within a quote.</exception>
    public CsvTable(string text)
    {
        _length = text.Length;
        _parser = new CsvParser(new StringReader(text), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = DelimiterOf(text).ToString(),
            IgnoreBlankLines = true,
            BadDataFound = bad => _badField = bad.Field,
        });
        Header = Next() is { } row ? [.. row.Fields.Select(f => f.Trim())] : [];
    }

    public IReadOnlyList<string> Header { get; }

    /// <summary>Each row once, blank lines left out.</summary>
    /// <exception cref="ImportRefusedException">A quote is never closed.</exception>
    public IEnumerable<CsvRow> Rows()
    {
        while (Next() is { } row)
            yield return row;
    }

    public void Dispose() => _parser.Dispose();

    private CsvRow? Next()
    {
        _badField = null;
        if (!_parser.Read())
            return null;
        var fields = _parser.Record!; // Telling the fields apart is what finds a bad one.
        var raw = _parser.RawRecord;
        var line = _parser.RawRow - LineBreaks(raw.AsSpan().TrimEnd("\r\n"));
        // A quote inside of an unquoted field (a 5" pipe) is a character like any other.
        var quoted = _badField?.StartsWith('"') == true;
        if (quoted && raw.Count(c => c == '"') % 2 == 1 && _parser.CharCount >= _length)
            throw new ImportRefusedException(
                $"line {line}: a quote that opens here is never closed. The file was cut off or edited; export it again.");
        return new CsvRow(line, fields, quoted);
    }

    private static int LineBreaks(ReadOnlySpan<char> text) => text.Count('\n') + text.Count('\r') - text.Count("\r\n");

    /// <summary>The one that the header has most of, outside of quotes.</summary>
    private static char DelimiterOf(string text)
    {
        var counts = new int[Delimiters.Length];
        var inQuotes = false;
        foreach (var c in text.AsSpan().TrimStart())
        {
            if (c == '"')
                inQuotes = !inQuotes;
            else if (c is '\r' or '\n' && !inQuotes)
                break;
            else if (!inQuotes && Array.IndexOf(Delimiters, c) is var which and >= 0)
                counts[which]++;
        }
        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }
}
