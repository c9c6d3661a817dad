using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Drafts;

/// <summary>A definition as a table suggests it, for a person to read and correct.</summary>
public sealed record DefinitionDraft
{
    // Above this share of distinct texts a column tells rows apart rather than groups them.
    private const double FreeTextShare = 0.5;
    private const int FreeTextDistinctMin = 50;

    // A number label with more values than this is a quantity; with fewer, a class.
    private const int ClassesMax = 20;

    private static readonly string[] LabelNames = ["target", "label", "y", "class", "outcome", "default", "churn", "survived", "response"];
    private const int CounterRowsMin = 20;

    private static readonly string[] NumberNames = ["no", "nr", "num", "number", "key", "uuid", "guid", "code", "serial", "ticket", "account", "phone", "index"];
    private static readonly string[] PositiveWords = ["1", "+1", "yes", "true", "y", "t"];

    /// <summary>Name of the pipeline.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the file that it is drafted from.</summary>
    public required string Source { get; init; }

    /// <summary>Rows that could be read.</summary>
    public required long Rows { get; init; }

    /// <summary>Names of the columns, in their order.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The column to predict.</summary>
    public required string Label { get; init; }

    /// <summary>Whether the label was guessed rather than named.</summary>
    public required bool LabelGuessed { get; init; }

    /// <summary>What kind of prediction its values ask for.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>The label's values and how often each occurs, most frequent first; empty for a quantity.</summary>
    public required IReadOnlyList<(string Text, int Count)> Classes { get; init; }

    /// <summary>Why the task is the one that it is, where another would do as well; <see langword="null"/> where it is plain.</summary>
    public Sentence? TaskSaid { get; init; }

    /// <summary>The same in English.</summary>
    public string? TaskReason => TaskSaid?.ToString();

    /// <summary>Label texts that elsewhere mean a missing value, and how often each occurs.</summary>
    public IReadOnlyList<(string Text, int Count)> Markers { get; init; } = [];

    /// <summary>Classes whose spelling a person may have meant otherwise, a sentence each.</summary>
    public IReadOnlyList<Sentence> Spellings { get; init; } = [];

    /// <summary>A column of which every cell is another one, where no column is taken for the id.</summary>
    public string? IdCandidate { get; init; }

    /// <summary>The column that says of when the rows are; <see langword="null"/> where none does.</summary>
    public TimeDraft? Time { get; init; }

    /// <summary>How numbers, dates and missing values are written.</summary>
    internal WritingDraft Writing { get; init; } = WritingDraft.None;

    /// <summary>The positive class where it is not one of the words that are known as such.</summary>
    public string? Positive { get; init; }

    /// <summary>The column that tells the rows apart; <see langword="null"/> where none does.</summary>
    public string? Id { get; init; }

    /// <summary>Columns that are no features, each with the reason.</summary>
    public required IReadOnlyList<LeftOut> Exclude { get; init; }

    /// <summary>What stands between cells.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Drafts from a table.</summary>
    /// <param name="name">Name of the pipeline.</param>
    /// <param name="source">Name of the file, for the comment.</param>
    /// <param name="csv">The table.</param>
    /// <param name="raw">The same file in which only empty cells are missing; <see langword="null"/> where it has no other markers.</param>
    /// <param name="label">Label column; <see langword="null"/> to guess.</param>
    /// <param name="id">Id column; <see langword="null"/> to guess.</param>
    /// <param name="texts">Reads a column once more with every cell as the text that it is; <see langword="null"/> where that cannot be.</param>
    /// <exception cref="DraftException">A named column is absent, or no column can be the label.</exception>
    public static DefinitionDraft From(string name, string source, CsvTable csv, string? label, string? id, Table? raw = null, Func<string, TextColumn?>? texts = null)
    {
        if (csv.Table.RowCount == 0)
        {
            throw new DraftException(csv.ErrorCount > 0
                ? Sentence.Of("draft-no-row-read", ("rows", csv.RecordCount), ("file", source), ("problem", csv.Errors[0].ToString()))
                : Sentence.Of("draft-no-rows", ("file", source)));
        }

        raw ??= csv.Table;
        var writing = WritingDraft.Of(csv.Table);
        var table = writing.Read(csv.Table);
        var target = label is null ? GuessLabel(table) : Named(table, label, "--label");
        var identity = id is null ? GuessId(raw, target.Name) : Named(raw, id, "--id");
        if (identity?.Name == target.Name)
        {
            throw new DraftException(Sentence.Of("draft-label-is-id", ("column", target.Name)));
        }

        var (labelTexts, markers) = LabelDraft.Markers(target, raw[target.Name]);
        var written = texts?.Invoke(target.Name);
        (target, var codes) = LabelDraft.Codes(labelTexts, written, ClassesMax);
        var (task, taskReason) = TaskOf(target);
        var classes = task == TaskKind.Regression ? [] : LabelDraft.Classes(target, written);
        var candidate = identity is null ? raw.Columns.FirstOrDefault(c => c.Name != target.Name && IsAllDifferent(c) && c is TextColumn or NumberColumn { IsInteger: true })?.Name : null;
        var giveaways = GiveawaySearch.Find(
            new Table([.. table.Columns.Select(c => c.Name == target.Name ? target : c)], table.LineNumbers, table.RowCount), target.Name, identity is null ? [] : [identity.Name], task == TaskKind.Regression);
        Sentence? Left(Column column) => Unfit(column) ?? Counter(column)
            ?? (giveaways.FirstOrDefault(g => g.Columns.Contains(column.Name, StringComparer.Ordinal)) is { } leak ? Sentence.Of("draft-gives-away", ("evidence", Sentence.Of(leak.Remark))) : null);
        return new DefinitionDraft
        {
            Name = name,
            Source = source,
            Rows = table.RowCount,
            Columns = [.. table.Columns.Select(column => column.Name)],
            Label = target.Name,
            LabelGuessed = label is null,
            Task = task,
            Classes = classes,
            Positive = task == TaskKind.Binary ? PositiveOf(classes) : null,
            Id = identity?.Name,
            TaskSaid = codes ?? taskReason,
            Time = TimeDraft.Of(table, identity is null ? [target.Name] : [target.Name, identity.Name]),
            Markers = markers,
            Spellings = LabelDraft.Spellings(classes, written),
            IdCandidate = candidate,
            Writing = writing.Without(target.Name, identity?.Name, isQuantity: task == TaskKind.Regression),
            Exclude = [.. table.Columns.Where(column => column.Name != target.Name && column.Name != identity?.Name)
                .Select(column => (column.Name, Said: Left(column))).Where(c => c.Said is not null).Select(c => new LeftOut(c.Name, c.Said!))],
            Delimiter = csv.Dialect.Delimiter,
        };
    }

    private static Column Named(Table table, string name, string option) => table.Find(name) ?? throw new DraftException(
        Sentence.Of("draft-no-column", ("option", option), ("name", name), ("columns", string.Join(", ", table.Columns.Select(column => column.Name)))));

    /// <summary>By name, and by place: most tables end with what is to be predicted.</summary>
    private static Column GuessLabel(Table table)
    {
        var last = table.Columns[^1];
        var named = LabelNames.Select(name => table.Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))).OfType<Column>().ToArray();
        return (named.Contains(last) ? last : null)
            ?? named.FirstOrDefault(column => Distinct(column, 3) == 2)
            ?? (Distinct(last, 3) == 2 ? last : null)
            ?? named.FirstOrDefault()
            ?? throw new DraftException(Sentence.Of("draft-which-label", ("columns", string.Join(", ", table.Columns.Select(column => column.Name)))));
    }

    private static Column? GuessId(Table table, string label) => table.Columns.FirstOrDefault(column =>
        column.Name != label && IsIdName(column.Name) && IsAllDifferent(column))
        // A text of its own in every row at the very left is what the rows are called by.
        ?? (table.Columns[0] is TextColumn first && first.Name != label && IsAllDifferent(first) && first.Categories.All(c => c.Length <= 40) ? first : null);

    private static bool IsAllDifferent(Column column) => column.RowCount > 1 && column.MissingCount == 0 && Distinct(column, int.MaxValue) == column.RowCount;

    private static bool IsIdName(string name)
    {
        var parts = name.Split('_', ' ', '-', '.');
        return parts.Any(part => part.Equals("id", StringComparison.OrdinalIgnoreCase))
            || name.EndsWith("Id", StringComparison.Ordinal) || name.EndsWith("ID", StringComparison.Ordinal)
            || name.Equals("instant", StringComparison.OrdinalIgnoreCase);
    }

    private static (TaskKind Task, Sentence? Reason) TaskOf(Column label)
    {
        var distinct = Distinct(label, ClassesMax + 1);
        return distinct switch
        {
            < 2 => throw new DraftException(Sentence.Of("draft-one-class", ("column", label.Name))),
            2 => (TaskKind.Binary, null),
            _ when label.Kind == ColumnKind.Text => (LabelDraft.Classes(label, null).Count == 2 ? TaskKind.Binary : TaskKind.Multiclass, null),
            <= ClassesMax when label is NumberColumn { IsInteger: true } numbers => LabelDraft.OfWholeNumbers(numbers),
            _ => (TaskKind.Regression, null),
        };
    }

    // Of two unknown words the rarer one is more often what people look for; the draft says so and a person decides.
    private static string? PositiveOf(List<(string Text, int Count)> classes) =>
        classes.Any(c => PositiveWords.Contains(c.Text, StringComparer.OrdinalIgnoreCase)) ? null : classes[^1].Text;

    /// <summary>A number that tells rows apart rather than describes them.</summary>
    private static Sentence? Counter(Column column)
    {
        if (column is not NumberColumn { IsInteger: true, MissingCount: 0, Kind: ColumnKind.Number } numbers || numbers.RowCount < CounterRowsMin)
        {
            return null;
        }

        var values = numbers.Values;
        var step = values[1] - values[0];
        if (step != 0 && Enumerable.Range(1, values.Length - 1).All(r => values[r] - values[r - 1] == step))
        {
            return Sentence.Of("draft-counts");
        }

        var different = Distinct(column, int.MaxValue);
        return (IsIdName(column.Name) || IsNumberName(column.Name)) && different > FreeTextShare * column.RowCount
            ? Sentence.Of("draft-number", ("count", different))
            : null;
    }

    private static bool IsNumberName(string name) => name.Split('_', ' ', '-', '.').Any(part => NumberNames.Contains(part, StringComparer.OrdinalIgnoreCase));

    private static Sentence? Unfit(Column column)
    {
        if (column.MissingCount == column.RowCount)
        {
            return Sentence.Of("draft-empty");
        }

        if (Distinct(column, 2) == 1 && column.MissingCount == 0)
        {
            return Sentence.Of("draft-one-value");
        }

        if (column is TextColumn text && text.Categories.Count >= FreeTextDistinctMin
            && text.Categories.Count > FreeTextShare * (column.RowCount - column.MissingCount))
        {
            return Sentence.Of("draft-texts", ("count", text.Categories.Count));
        }

        return null;
    }

    /// <summary>Different values, counted up to a limit.</summary>
    private static int Distinct(Column column, int limit)
    {
        if (column is TextColumn text)
        {
            return text.Categories.Count;
        }

        var values = new HashSet<double>();
        foreach (var value in ((NumberColumn)column).Values)
        {
            if (!double.IsNaN(value) && values.Add(value) && values.Count >= limit)
            {
                break;
            }
        }

        return values.Count;
    }
}

/// <summary>A column that is no feature.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Said">Why.</param>
public sealed record LeftOut(string Name, Sentence Said)
{
    /// <summary>Why, in English.</summary>
    public string Reason => Said.ToString();
}

/// <summary>No definition can be drafted; the message says why and what to do.</summary>
/// <param name="said">For the reader.</param>
public sealed class DraftException(Sentence said) : Exception(said.ToString())
{
    /// <summary>The message as a code with arguments.</summary>
    public Sentence Said { get; } = said;
}
