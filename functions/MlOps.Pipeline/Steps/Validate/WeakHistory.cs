using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// A history from which nothing can be learned: no column that says anything, or so few rows that none is left to judge by. It is said
/// when the history arrives, not by the first period's run.
/// </summary>
internal static class WeakHistory
{
    // Of more rows there are always some of each part.
    private const int MostRowsLookedAt = 1000;
    private const int ColumnsNamed = 5;
    private const string DefaultLeaf = "20";
    private const string Empty = "column-empty";
    private const string OneValue = "column-one-value";
    private const string AlwaysOther = "column-always-other";

    /// <summary>Looks at a history whose header, ids and labels are in order.</summary>
    /// <param name="table">The history.</param>
    /// <param name="features">Its feature columns.</param>
    /// <param name="classes">The label's classes; <see langword="null"/> for a regression.</param>
    /// <param name="definition">Definition.</param>
    /// <param name="errors">Gets what makes the history useless.</param>
    /// <param name="warnings">Gets what makes it weak.</param>
    public static void Check(
        Table table, IReadOnlyList<string> features, IReadOnlyList<string>? classes, PipelineDefinition definition, FindingList errors, FindingList warnings)
    {
        var why = features.Select(name => (Name: name, Why: Useless(table[name]))).ToList();
        if (why.TrueForAll(w => w.Why is not null))
        {
            var sentence = Sentence.Of("no-usable-column", ("columns", Sentences.List([.. why.Take(ColumnsNamed).Select(w => Sentence.Of(w.Why!, ("column", w.Name)))], why.Count > ColumnsNamed)));
            // With 'schema: add' a later period may bring a column that does.
            (definition.Schema.Policy == SchemaPolicy.Add ? warnings : errors).Add(sentence);
        }

        if (table.RowCount > MostRowsLookedAt || definition.Split.Group is not null)
        {
            return;
        }

        var strata = Strata(table[definition.Label], classes, definition.Task);
        var keys = Enumerable.Range(0, table.RowCount)
            .Select(row => definition.Id is { } id ? table[id].Text(row) ?? "" : string.Create(CultureInfo.InvariantCulture, $"initial:{row}")).ToList();
        var parts = new StratifiedSplit(definition.Split.Test, definition.Split.Valid, definition.Split.Seed).Next(keys, strata);
        int[] labelled = [.. Enumerable.Range(0, table.RowCount).Where(row => strata[row] >= 0)];
        parts = Array.ConvertAll(labelled, row => parts[row]);
        if (definition.Validation.Kind == ValidationKind.Time)
        {
            LatestRows.Validate(parts, [parts.Length], definition.Split.Valid);
        }

        var folds = definition.Validation.FoldsFor(parts.Count(p => p != Part.Test));
        var folded = folds > 0 && Folds.Assign(folds, parts, Array.ConvertAll(labelled, row => strata[row]), new ulong[labelled.Length]) is not null;
        var sizes = PartSizes.Of(parts);
        if (PartSizes.Problem(sizes, folded) is { } problem)
        {
            errors.Add(problem);
            return;
        }

        var leaf = int.Parse(definition.Model.GetValueOrDefault("min_data_in_leaf", DefaultLeaf), CultureInfo.InvariantCulture);
        // The fewest rows that a trial learns from: all but those of the largest fold, or the train part.
        var both = sizes.Train + sizes.Valid;
        var learned = folded ? both - ((both + folds - 1) / folds) : sizes.Train;
        if (learned < 2 * leaf)
        {
            warnings.Add(Sentence.Of("few-rows", ("rows", learned), ("leaf", leaf)));
        }
    }

    private static int[] Strata(Column label, IReadOnlyList<string>? classes, TaskKind task) => task == TaskKind.Regression || classes is null
        ? [.. Enumerable.Range(0, label.RowCount).Select(row => label.IsMissing(row) ? -1 : 0)]
        : Array.ConvertAll(new LabelValues(classes).Read(label), l => double.IsNaN(l) ? -1 : (int)l);

    /// <summary>Code of the sentence that says why no split of a column can separate rows; <see langword="null"/> where one can.</summary>
    private static string? Useless(Column column)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var row = 0; row < column.RowCount; row++)
        {
            // A cell without a value is a value of its own to a tree.
            var text = column.Text(row) ?? "";
            counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        return column.MissingCount == column.RowCount ? Empty
            : counts.Count == 1 ? OneValue
            : column is TextColumn && counts.Count == column.RowCount ? AlwaysOther
            : null;
    }
}
