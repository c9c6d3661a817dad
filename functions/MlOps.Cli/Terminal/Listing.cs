using Spectre.Console;

namespace MlOps.Cli.Terminal;

/// <summary>A table on stdout: drawn on a terminal, in aligned columns when piped.</summary>
internal sealed class Listing(params string[] headers)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add(cells);

    public void Print()
    {
        if (Console.IsOutputRedirected)
        {
            PrintPlain();
        }
        else
        {
            PrintDrawn();
        }
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || cell == "-" || double.TryParse(cell.TrimEnd('%', ' '), out _);

    private bool IsNumeric(int column) => rows.Count > 0 && rows.TrueForAll(row => IsNumber(row[column]));

    private void PrintPlain()
    {
        var widths = Enumerable.Range(0, headers.Length).Select(c => rows.Select(row => row[c].Length).Append(headers[c].Length).Max()).ToArray();
        foreach (var row in rows.Prepend(headers))
        {
            var cells = row.Select((cell, c) => IsNumeric(c) ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            Console.Out.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    private void PrintDrawn()
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey);
        for (var c = 0; c < headers.Length; c++)
        {
            var column = new TableColumn(new Markup($"[bold]{Markup.Escape(headers[c])}[/]"));
            table.AddColumn(IsNumeric(c) ? column.RightAligned() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        AnsiConsole.Write(table);
    }
}
