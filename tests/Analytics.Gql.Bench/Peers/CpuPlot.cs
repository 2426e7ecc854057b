// CPU per request as bars, server and PostgreSQL after one another: a panel for each query, which has a scale of its own.
// Plain SVG; its colours follow the reader's, light or dark.
using System.Globalization;
using System.Security;
using System.Text;

namespace Analytics.Gql.Bench.Peers;

internal static class CpuPlot
{
    private const int Columns = 2;
    private const int Margin = 16, Legend = 48, PanelWidth = 470, Names = 160, Longest = 230, Title = 30, Bar = 14, Step = 22;

    private const string Style = """
        <style>
          text { font: 12px system-ui, sans-serif; fill: #1f2328 }
          .title { font-weight: 600; font-size: 13px }
          .soft { fill: #59636e }
          .server { fill: #0969da }
          .postgres { fill: #bc4c00 }
          .axis { stroke: #59636e; stroke-width: 1 }
          @media (prefers-color-scheme: dark) {
            text { fill: #f0f6fc }
            .soft { fill: #9198a1 }
            .server { fill: #4493f8 }
            .postgres { fill: #f0883e }
            .axis { stroke: #9198a1 }
          }
        </style>
        """;

    /// <returns>A whole SVG document.</returns>
    public static string Draw(PeerCells cells, int connections)
    {
        var panel = Title + Step * cells.Contenders.Count + Margin;
        var rows = (cells.Queries.Count + Columns - 1) / Columns;
        var (width, height) = (Margin + Columns * (PanelWidth + Margin), Legend + rows * panel);
        var svg = new StringBuilder();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">""");
        Line(svg, $"<title>CPU per request, {connections} connections</title>");
        Line(svg, $"{Style}");
        Line(svg, $"""<text x="{Margin}" y="24" class="title">CPU per request in µs, {connections} connections; less is better</text>""");
        Line(svg, $"""<rect x="{width - 250}" y="13" width="12" height="12" class="server"/><text x="{width - 232}" y="24">server</text>""");
        Line(svg, $"""<rect x="{width - 160}" y="13" width="12" height="12" class="postgres"/><text x="{width - 142}" y="24">PostgreSQL</text>""");
        foreach (var (i, query) in cells.Queries.Index())
            Panel(svg, cells, query, connections, Margin + i % Columns * (PanelWidth + Margin), Legend + i / Columns * panel);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Panel(StringBuilder svg, PeerCells cells, PeerQuery query, int connections, int x, int y)
    {
        var most = cells.Contenders.Max(c => cells.Find(query, connections, c)?.UsPerRequest ?? 0);
        var (bars, bottom) = (x + Names, y + Title + Step * cells.Contenders.Count);
        Line(svg, $"""<text x="{bars}" y="{y + 16}" class="title">{SecurityElement.Escape(query.Name)}</text>""");
        foreach (var (i, contender) in cells.Contenders.Index())
        {
            var top = y + Title + i * Step;
            Line(svg, $"""<text x="{bars - 8}" y="{top + 11}" text-anchor="end">{SecurityElement.Escape(contender.Name)}</text>""");
            if (cells.Find(query, connections, contender)?.Least is not { } least)
            {
                Line(svg, $"""<text x="{bars + 6}" y="{top + 11}" class="soft">no figure</text>""");
                continue;
            }
            var (server, postgres) = (least.ServerUsPerRequest / most * Longest, least.PostgresUsPerRequest / most * Longest);
            Line(svg, $"""<rect x="{bars}" y="{top}" width="{server:F1}" height="{Bar}" class="server"/>""");
            Line(svg, $"""<rect x="{bars + server:F1}" y="{top}" width="{postgres:F1}" height="{Bar}" class="postgres"/>""");
            Line(svg, $"""<text x="{bars + server + postgres + 6:F1}" y="{top + 11}">{least.UsPerRequest:N0}</text>""");
        }
        Line(svg, $"""<line x1="{bars}" y1="{y + Title - 4}" x2="{bars}" y2="{bottom - 4}" class="axis"/>""");
    }

    private static void Line(StringBuilder svg, FormattableString text) =>
        svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
