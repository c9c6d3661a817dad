using System.Globalization;
using System.Runtime.InteropServices;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Labelled rows of the history.</summary>
/// <param name="Table">Feature columns by the initial file's schema, and the label as a number (class index for classes).</param>
/// <param name="Parts">Part of each row.</param>
/// <param name="Folds">Fold of each row in a cross-validation; <see langword="null"/> where the valid part validates.</param>
/// <param name="Periods">Periods that the rows are of, in order.</param>
/// <param name="RowsOfPeriods">Rows of each of them, which stand one after the other.</param>
/// <param name="Findings">Rows and periods left out, and why.</param>
/// <param name="Times">The periods as time has them: those inside the first file where a column tells them, and the later files; in order.</param>
internal sealed record AccumulatedHistory(
    Table Table, Part[] Parts, byte[]? Folds, IReadOnlyList<string> Periods, IReadOnlyList<int> RowsOfPeriods, IReadOnlyList<Finding> Findings, IReadOnlyList<TimePeriod> Times)
{
    // Another one than those of parts and folds.
    private const ulong SampleSeed = 0x73616d70_00000000;

    /// <summary>What each row weighs by the age of its period; <see langword="null"/> where all weigh the same.</summary>
    /// <param name="decay">What a row weighs of one of the period after it.</param>
    public double[]? Weights(double decay) =>
        decay >= 1 ? null : [.. Times.Index().SelectMany(t => Enumerable.Repeat(Math.Pow(decay, Times.Count - 1 - t.Index), t.Item.Rows))];

    /// <summary>About as many rows as are asked for, drawn from all periods alike by their place; all of them where there are no more.</summary>
    /// <param name="rows">Rows, above 0.</param>
    public AccumulatedHistory Sample(int rows)
    {
        if (Parts.Length <= rows)
        {
            return this;
        }

        var below = (ulong)((double)rows / Parts.Length * ulong.MaxValue);
        int[] kept = [.. Enumerable.Range(0, Parts.Length).Where(row => StratifiedSplit.Hash(SampleSeed, row.ToString(CultureInfo.InvariantCulture)) < below)];
        // How many rows are kept of each of those that stand one after the other.
        int[] Counted(IReadOnlyList<int> sizes)
        {
            var ends = new int[sizes.Count];
            for (var (i, end) = (0, 0); i < ends.Length; i++)
            {
                end += sizes[i];
                ends[i] = ~Array.BinarySearch(kept, end) is >= 0 and var after ? after : Array.BinarySearch(kept, end);
            }

            return [.. ends.Select((end, i) => end - (i == 0 ? 0 : ends[i - 1]))];
        }

        return this with
        {
            Table = Table.TakeRows(kept), Parts = [.. kept.Select(row => Parts[row])], Folds = Folds is null ? null : [.. kept.Select(row => Folds[row])],
            RowsOfPeriods = Counted(RowsOfPeriods), Times = [.. Times.Zip(Counted([.. Times.Select(t => t.Rows)]), (time, count) => time with { Rows = count })],
        };
    }
}

/// <summary>Joins drops by column name, leaves out what would leak, and splits.</summary>
internal static class History
{
    public const string LabelColumn = "\u0001label";

    // Folds are drawn by other numbers than the parts.
    private const ulong FoldSeed = 0x666f6c64_00000000;

    /// <summary>Joins the drops in period order.</summary>
    /// <param name="drops">Accepted drops with their tables, in period order; tables are let go one by one.</param>
    /// <param name="schema">Schema of the initial file.</param>
    /// <param name="definition">Definition.</param>
    /// <param name="scoreIds">Ids that are to be predicted; <see langword="null"/> where rows have no ids.</param>
    public static async Task<AccumulatedHistory> BuildAsync(
        IReadOnlyList<(string Period, Func<Task<Table>> Load)> drops, FileSchema schema, PipelineDefinition definition, IReadOnlySet<string>? scoreIds)
    {
        var findings = new List<Finding>();
        var latest = definition.Id is null ? null : await LatestDropOfIdAsync(drops, definition);
        var split = new StratifiedSplit(definition.Split.Test, definition.Split.Valid, definition.Split.Seed);
        var tables = new List<Table>(drops.Count);
        var (parts, classes, hashes, groups) = (new List<Part>(), new List<int>(), new List<ulong>(), new List<string>());
        var features = schema.Features();
        var groupColumns = schema.Columns.Where(c => c.Role == ColumnRole.Group).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var kinds = schema.Columns.Where(c => c.Role == ColumnRole.Feature && c.Kind != ColumnKind.Date).Select(c => (c.Name, c.Kind != ColumnKind.Text)).ToList();
        var (periods, known) = (new List<string>(), (ColumnSample[]?)null);
        var times = new List<TimePeriod>();
        for (var d = 0; d < drops.Count; d++)
        {
            var (period, load) = drops[d];
            var table = await load();
            if (table.Find(definition.Label) is not { } labelColumn)
            {
                findings.Add(Finding.Of(Sentence.Of("unlabelled-period", ("period", period)), definition.Label));
                continue;
            }

            if (definition.Monitor.Hold)
            {
                var sample = ColumnSample.Of(kinds, table, Sampled(table.RowCount));
                if (known is not null && await FirstFaultAsync(IncidentSearch.Find(known, sample), period, sample, drops.Take(d), periods) is { } incident)
                {
                    findings.Add(Finding.Of(Sentence.Of("data-incident", ("period", period), ("incident", (object?)incident.Said ?? incident.Message)), incident.Column));
                    continue;
                }

                // The first drop is the measure of the later ones.
                known ??= sample;
            }

            periods.Add(period);
            var labels = Labels(labelColumn, definition, schema);
            var strata = Array.ConvertAll(labels, l => double.IsNaN(l) ? -1 : definition.Task == TaskKind.Regression ? 0 : (int)l);
            var keys = Keys(table, period, definition);
            var group = definition.Split.Group is { } name ? table.Find(name) : null;
            // A row without a group is one of its own.
            string[]? groupOf = group is null ? null : [.. keys.Select((key, row) => group.Text(row) is { } text ? "group " + text : "row " + key)];
            var assigned = groupOf is null
                ? split.Next(keys, strata)
                : Array.ConvertAll(groupOf, g => GroupSplit.PartOf(g, definition.Split.Test, definition.Split.Valid, definition.Split.Seed));
            var kept = Kept(d, period, keys, labels, latest, scoreIds, findings);
            kept = InOrder(kept, period, table, definition, times);
            var rows = kept.Count == table.RowCount && definition.Time is null ? table : table.TakeRows(kept.ToArray());
            var used = rows.Columns.Where(c => features.Contains(c.Name, StringComparer.Ordinal)).ToList();
            used.AddRange(rows.Columns.Where(c => groupColumns.Contains(c.Name)));
            used.Add(new NumberColumn(LabelColumn, [.. kept.Select(r => labels[r])]));
            tables.Add(new Table(used));
            parts.EnsureCapacity(parts.Count + kept.Count);
            classes.EnsureCapacity(classes.Count + kept.Count);
            hashes.EnsureCapacity(hashes.Count + kept.Count);
            parts.AddRange(kept.Select(r => assigned[r]));
            classes.AddRange(kept.Select(r => strata[r]));
            groups.AddRange(groupOf is null ? [] : kept.Select(r => groupOf[r]));
            hashes.AddRange(kept.Select(r => StratifiedSplit.Hash(FoldSeed + (ulong)definition.Split.Seed, keys[r])));
        }

        if (tables.Count == 0)
        {
            throw new StepRefusedException(Sentence.Of("history-unlabelled", ("label", definition.Label)));
        }

        var joined = Table.Concatenate(tables);
        int[] rowsOfPeriods = [.. tables.Select(t => t.RowCount)];
        if (definition.History.Last is { } last && times.Count > last)
        {
            var first = times.Take(times.Count - last).Sum(t => t.Rows);
            times.RemoveRange(0, times.Count - last);
            (parts, classes, hashes, groups) = (parts[first..], classes[first..], hashes[first..], groups.Count == 0 ? groups : groups[first..]);
            joined = joined.TakeRows([.. Enumerable.Range(first, joined.RowCount - first)]);
            (periods, rowsOfPeriods) = Latest(periods, rowsOfPeriods, parts.Count);
        }

        if (definition.Validation.Kind == ValidationKind.Time)
        {
            LatestRows.Validate(CollectionsMarshal.AsSpan(parts), [.. times.Select(t => t.Rows)], definition.Split.Valid);
        }

        if (definition.Split.Group is not null && new[] { Part.Train, Part.Valid, Part.Test }.Any(p => !parts.Contains(p)))
        {
            throw new StepRefusedException(Sentence.Of("too-few-groups", ("column", definition.Split.Group), ("count", groups.Distinct(StringComparer.Ordinal).Count())));
        }

        var count = definition.Validation.FoldsFor(parts.Count(p => p != Part.Test));
        var folds = count == 0 ? null : definition.Split.Group is null ? Folds.Assign(count, parts, classes, hashes) : GroupSplit.Folds(count, parts, groups);
        if (PartSizes.Problem(PartSizes.Of(parts), folds is not null) is { } problem)
        {
            // Labelled rows there are, but they are the very ones that are to be predicted.
            var recurring = findings.Where(f => f.Code == "id-in-score").Sum(f => long.Parse(f.Said!.Arguments["rows"], CultureInfo.InvariantCulture));
            throw new StepRefusedException(recurring == 0 ? problem : Sentence.Of("too-few-rows-recur", ("problem", problem), ("recurring", recurring)));
        }

        return new AccumulatedHistory(joined, [.. parts], folds, periods, rowsOfPeriods, findings, times);
    }

    /// <summary>The kept rows of a file, and the periods that they are of: those of the first file in the order of its time column, where it has one.</summary>
    private static List<int> InOrder(List<int> kept, string period, Table table, PipelineDefinition definition, List<TimePeriod> times)
    {
        if (definition.Time is not { } time || !Period.Parse(period).IsInitial || table.Find(time.Column) is not { } column)
        {
            times.Add(new TimePeriod(period, kept.Count, IsInside: false));
            return kept;
        }

        var order = TimeOrder.Of(column, time);
        var isKept = kept.ToHashSet();
        List<int> rows = [.. order.Rows.Where(isKept.Contains)];
        times.AddRange(rows.GroupBy(row => order.PeriodOfRow[row]).Select(g => new TimePeriod(order.Names[g.Key], g.Count(), IsInside: true)));
        return rows;
    }

    // The files of the last rows.
    private static (List<string> Periods, int[] Rows) Latest(List<string> periods, int[] rowsOfPeriods, int rows)
    {
        var (kept, of) = (new List<string>(), new List<int>());
        for (var i = periods.Count - 1; i >= 0 && rows > 0; rows -= rowsOfPeriods[i--])
        {
            kept.Insert(0, periods[i]);
            of.Insert(0, Math.Min(rows, rowsOfPeriods[i]));
        }

        return (kept, [.. of]);
    }

    private static async Task<DataIncident?> FirstFaultAsync(
        IReadOnlyList<DataIncident> found, string period, ColumnSample[] current, IEnumerable<(string Period, Func<Task<Table>> Load)> earlier, IReadOnlyCollection<string> sound)
    {
        var left = found;
        var witnesses = left.Count == 0 ? [] : SeasonalUnit.Witnesses(period, earlier.Select(e => e.Period), sound).ToHashSet(StringComparer.Ordinal);
        foreach (var (_, load) in earlier.Where(e => witnesses.Contains(e.Period)))
        {
            var then = await load();
            left = [.. left.Where(i => !SeasonalUnit.Explains(i, current.First(c => c.Name == i.Column), ColumnSample.Of(i.Column, isNumber: true, then.Find(i.Column), Sampled(then.RowCount))))];
        }

        return left.Count == 0 ? null : left[0];
    }

    // Enough rows to tell a fault from chance; evenly taken, in order.
    private static int[] Sampled(int rows)
    {
        var step = Math.Max(1, rows / 20_000);
        return [.. Enumerable.Range(0, (rows + step - 1) / step).Select(i => i * step)];
    }

    /// <summary>The label as a number: the class's index, or the value itself; not a number where it is missing.</summary>
    /// <param name="label">The label column.</param>
    /// <param name="definition">Definition.</param>
    /// <param name="schema">Schema of the initial file, with the classes.</param>
    internal static double[] Labels(Column label, PipelineDefinition definition, FileSchema schema) =>
        definition.Task == TaskKind.Regression
            ? ((NumberColumn)label).Values
            : new LabelValues(schema.LabelClasses!).Read(label);

    private static IReadOnlyList<string> Keys(Table table, string period, PipelineDefinition definition)
    {
        var keys = new string[table.RowCount];
        if (definition.Id is { } id)
        {
            var ids = table[id];
            for (var row = 0; row < keys.Length; row++)
            {
                keys[row] = ids.Text(row)!;
            }
        }
        else
        {
            for (var row = 0; row < keys.Length; row++)
            {
                keys[row] = string.Create(CultureInfo.InvariantCulture, $"{period}:{row}");
            }
        }

        return keys;
    }

    /// <summary>For each id the last drop that has it with a label: what is known latest counts.</summary>
    private static async Task<Dictionary<string, int>> LatestDropOfIdAsync(IReadOnlyList<(string Period, Func<Task<Table>> Load)> drops, PipelineDefinition definition)
    {
        var latest = new Dictionary<string, int>(StringComparer.Ordinal);
        if (drops.Count == 1)
        {
            return latest;
        }

        for (var d = 0; d < drops.Count; d++)
        {
            var table = await drops[d].Load();
            if (table.Find(definition.Label) is { } label)
            {
                var ids = table[definition.Id!];
                for (var row = 0; row < table.RowCount; row++)
                {
                    if (!label.IsMissing(row))
                    {
                        latest[ids.Text(row)!] = d;
                    }
                }
            }
        }

        return latest;
    }

    private static List<int> Kept(
        int drop, string period, IReadOnlyList<string> keys, double[] labels, Dictionary<string, int>? latest, IReadOnlySet<string>? scoreIds, List<Finding> findings)
    {
        var kept = new List<int>(keys.Count);
        int unlabelled = 0, superseded = 0, leaking = 0;
        for (var row = 0; row < keys.Count; row++)
        {
            if (double.IsNaN(labels[row]))
            {
                unlabelled++;
            }
            else if (scoreIds is not null && scoreIds.Contains(keys[row]))
            {
                leaking++;
            }
            else if (latest is not null && latest.TryGetValue(keys[row], out var last) && last != drop)
            {
                superseded++;
            }
            else
            {
                kept.Add(row);
            }
        }

        Report(findings, "unlabelled-rows", unlabelled, period);
        Report(findings, "id-in-score", leaking, period);
        Report(findings, "id-in-later-period", superseded, period);
        return kept;
    }

    private static void Report(List<Finding> findings, string code, int count, string period)
    {
        if (count > 0)
        {
            findings.Add(Finding.Of(Sentence.Of(code, ("rows", count), ("period", period))));
        }
    }
}
