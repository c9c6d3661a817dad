using Spectre.Console;

namespace MlOps.Cli.Terminal;

/// <summary>
/// A table on stdout: drawn on a terminal, as wide as that, in aligned columns when piped. Ids, versions, times and numbers, which people
/// copy, are never broken or cut; where the terminal has no room for them, the columns are aligned and the terminal breaks the lines.
/// </summary>
internal sealed class Listing(params string[] headers)
{
    private const string StateHeader = "state";

    // Per column a blank at each side and a line, and the table's last line.
    private const int Frame = 3;
    private const int NarrowestText = 24;

    private readonly List<string[]> rows = [];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">A cell for each header.</param>
    public void Add(params string[] cells) => rows.Add(cells);

    /// <summary>Prints it.</summary>
    /// <param name="wide">Every row in one line, however wide the terminal is.</param>
    public void Print(bool wide = false)
    {
        if (wide || Console.IsOutputRedirected || !Fits(AnsiConsole.Profile.Width))
        {
            PrintPlain();
        }
        else
        {
            PrintDrawn();
        }
    }

    private static bool IsNumber(string cell) => cell.Length == 0 || cell == "-" || double.TryParse(cell.TrimEnd('%', ' '), out _);

    /// <summary>Green: as it should be; red: somebody must look; yellow: not decided yet. Texts are the same without colours.</summary>
    /// <param name="state">State of a run, a file or a check.</param>
    internal static Color ColorOf(string state) => state.Split(' ')[0] switch
    {
        "succeeded" or "predicted" or "done" or "ok" or "promoted" => Color.Green,
        "failed" or "refused" or "rejected" => Color.Red,
        "active" or "running" or "waiting" or "pending" or "warning" or "cancelled" => Color.Yellow,
        _ => Color.Default,
    };

    private bool IsNumeric(int column) => rows.Count > 0 && rows.TrueForAll(row => IsNumber(row[column]));

    // Sentences may be broken; ids, versions and times may not.
    private bool IsWhole(int column) => rows.TrueForAll(row => row[column].Count(c => c == ' ') <= 1);

    private int WidthOf(int column) => rows.Select(row => row[column].Length).Append(headers[column].Length).Max();

    private bool Fits(int width) =>
        1 + Enumerable.Range(0, headers.Length).Sum(c => Frame + (IsWhole(c) ? WidthOf(c) : Math.Min(WidthOf(c), NarrowestText))) <= width;

    private void PrintPlain()
    {
        var widths = Enumerable.Range(0, headers.Length).Select(WidthOf).ToArray();
        foreach (var row in rows.Prepend(headers))
        {
            var cells = row.Select((cell, c) => Colored(IsNumeric(c) ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]), headers[c]));
            Console.Out.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }

    // https://no-color.org and terminals without colours: the library knows of both.
    private static string Colored(string cell, string header) =>
        header == StateHeader && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.ColorSystem != ColorSystem.NoColors && ColorOf(cell.TrimEnd()) is var color && color != Color.Default
            ? $"\e[3{(color == Color.Green ? 2 : color == Color.Red ? 1 : 3)}m{cell}\e[0m"
            : cell;

    private void PrintDrawn()
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey);
        for (var c = 0; c < headers.Length; c++)
        {
            var column = new TableColumn(new Markup($"[bold]{Markup.Escape(headers[c])}[/]"));
            column = IsNumeric(c) ? column.RightAligned() : column;
            table.AddColumn(IsWhole(c) ? column.NoWrap() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select((cell, c) => headers[c] == StateHeader ? new Text(cell, new Style(ColorOf(cell))) : new Text(cell)));
        }

        AnsiConsole.Write(table);
    }
}
