// The figures as Markdown, on standard output and in a file; knows whether a target was missed.
using System.Globalization;
using System.Text;

namespace Analytics.Gql.Bench.Measuring;

public sealed class Report(TextWriter output)
{
    private readonly StringBuilder _text = new();

    /// <summary>One sentence for each target that was missed.</summary>
    public List<string> Missed { get; } = [];

    public void Section(string title, string sentence) => Write($"## {title}\n\n{sentence}\n\n");

    public void Table(MarkdownTable table) => Write($"{table}\n");

    /// <summary>Holds a figure against its target; the cell says both.</summary>
    public string Judge(string what, double figure, double? most, string unit = "ms")
    {
        if (most is not { } target)
            return "–";
        if (figure <= target)
            return Text($"≤ {target:N0} {unit} ✓");
        Missed.Add(Text($"{what}: {figure:N1} {unit}; at most {target:N0} {unit}"));
        return Text($"≤ {target:N0} {unit} MISSED");
    }

    public void Summary() => Write(Missed.Count == 0
        ? "Every target is met.\n"
        : $"Missed:\n\n{string.Concat(Missed.Select(m => $"- {m}\n"))}");

    public Task SaveAsync(FileInfo file, CancellationToken ct) =>
        File.WriteAllTextAsync(file.FullName, _text.ToString(), ct);

    private void Write(string text)
    {
        _text.Append(text);
        output.Write(text);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
