using System.Globalization;
using System.Text;

namespace Analytics.Gql.Bench.Measuring;

/// <summary>A table for a README: the first column to the left, the others, numbers, to the right.</summary>
public sealed class MarkdownTable(params string[] headings)
{
    private readonly List<string[]> rows = [];

    /// <summary>Adds a row; numbers get one decimal.</summary>
    /// <exception cref="ArgumentException">Not as many cells as headings.</exception>
    public MarkdownTable Row(params object[] cells)
    {
        if (cells.Length != headings.Length)
            throw new ArgumentException(
                $"A row of {cells.Length} cells in a table of {headings.Length} columns. Give one cell for each heading.",
                nameof(cells));
        rows.Add([.. cells.Select(Text)]);
        return this;
    }

    public override string ToString()
    {
        var widths = headings.Select((h, i) => rows.Select(r => r[i].Length).Append(h.Length).Append(3).Max()).ToArray();
        var text = new StringBuilder();
        Line(headings);
        Line([.. widths.Select((w, i) => i == 0 ? new string('-', w) : new string('-', w - 1) + ":")]);
        rows.ForEach(Line);
        return text.ToString();

        void Line(string[] cells) => text.Append("| ")
            .AppendJoin(" | ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i])))
            .Append(" |\n");
    }

    private static string Text(object cell) => cell switch
    {
        double number => number.ToString("N1", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };
}
