using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Tabular;

namespace MlOps.Benchmarks.Policies;

/// <summary>
/// <c>ways [FROM TO] [--data FOLDER]</c>: what <c>validation: auto</c> and <c>history: auto</c> publish on the feeds of <see cref="PoliciesBenchmark"/>, beside each way for
/// ever. The product's own code predicts every period from what came before it, in each way, and chooses by the periods before.
/// </summary>
internal static class WaysBenchmark
{
    private const string Label = "y";
    private const string Model = "model: {num_leaves: 15, learning_rate: 0.1, num_iterations: 400, early_stopping_round: 25}\n";

    public static int Run(string[] args)
    {
        Console.WriteLine("| feed | feeds | validation: time | validation: auto | auto of the better of both | worst feed | by time | history: last 12 | last 6 | last 3 | decay 0.9 | history: auto | worst feed |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        return FeedTable.Print(args, Outcome.Of, o => o.Kind, Print);
    }

    private static void Print(string name, IReadOnlyList<Outcome> outcomes)
    {
        if (outcomes.Count > 0)
        {
            double Mean(Func<Outcome, double> of) => outcomes.Average(of);
            double History(HistorySettings history) => Mean(o => o.Histories.First(h => h.History == history).Loss);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {outcomes.Count} | {Mean(o => o.Time):0.0000} | {Mean(o => o.Validation):0.0000} | {Mean(o => o.Validation / Math.Min(1, o.Time)):0.0000} | {outcomes.Max(o => o.Validation / Math.Min(1, o.Time)):0.0000} | {Mean(o => o.ByTime):0.00} | {History(new(Last: 12)):0.0000} | {History(new(Last: 6)):0.0000} | {History(new(Last: 3)):0.0000} | {History(new(Decay: 0.9)):0.0000} | {Mean(o => o.History):0.0000} | {outcomes.Max(o => o.History):0.0000} |"));
        }
    }

    /// <summary>Mean losses of a feed's predictions, as shares of those of the plain way: random rows stop the learning, all of the history counts the same.</summary>
    private sealed record Outcome(string Kind, double Time, double Validation, double ByTime, IReadOnlyList<(HistorySettings History, double Loss)> Histories, double History)
    {
        public static Outcome Of(PolicyFeed feed)
        {
            var definition = PipelineDefinition.Parse($"task: {(feed.Metric == "l2" ? "regression" : "binary")}\nlabel: {Label}\nhistory: auto\n{Model}", "ways");
            var ways = LearningWay.Of(definition);
            var known = new List<BacktestedPeriod>();
            var chosen = new List<ChosenWay>();
            for (var period = 0; period < feed.Periods.Count; period++)
            {
                chosen.Add(WayChoice.Of(definition, known));
                FeedFile[] before = [feed.Initial, .. feed.Periods.Take(period)];
                known.Add(PastPeriod.Predict(
                    Join(before, definition), Rows(feed.Periods[period], Label), period.ToString(CultureInfo.InvariantCulture), false, Schema(feed), definition, ways, 2, CancellationToken.None)!);
            }

            var plain = known.Sum(p => p.Ways[0].Loss);
            double Loss(LearningWay way) => known.Sum(p => Of(p, way)) / plain;
            return new Outcome(
                feed.Kind,
                Loss(ways[0] with { Validation = ValidationKind.Time }),
                known.Zip(chosen, (p, c) => Of(p, ways[0] with { Validation = c.Validation == ValidationKind.Time ? ValidationKind.Time : ways[0].Validation })).Sum() / plain,
                chosen.Count(c => c.Validation == ValidationKind.Time) / (double)chosen.Count,
                [.. ways.Where(w => w.History != HistorySettings.All).Select(w => (w.History, Loss(w)))],
                known.Zip(chosen, (p, c) => Of(p, ways[0] with { History = c.History })).Sum() / plain);
        }

        private static double Of(BacktestedPeriod period, LearningWay way) => period.Ways.First(w => w.Validation == way.Validation && w.History == way.History).Loss;
    }

    private static FileSchema Schema(PolicyFeed feed) => new(
        [.. feed.Initial.Columns.Select((_, i) => new SchemaColumn($"f{i}", ColumnKind.Number, ColumnRole.Feature)), new SchemaColumn(Label, ColumnKind.Number, ColumnRole.Label)],
        feed.Metric == "l2" ? null : ["0", "1"], ',', feed.Initial.Rows);

    private static Table Rows(FeedFile file, string label) => new([.. file.Columns.Select((c, i) => new NumberColumn($"f{i}", c)), new NumberColumn(label, file.Labels)]);

    private static AccumulatedHistory Join(IReadOnlyList<FeedFile> files, PipelineDefinition definition)
    {
        var split = new StratifiedSplit(definition.Split.Test, definition.Split.Valid, definition.Split.Seed);
        Part[] parts = [.. files.SelectMany((file, i) => split.Next(
            [.. Enumerable.Range(0, file.Rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{i}:{row}"))],
            Array.ConvertAll(file.Labels, l => definition.Task == TaskKind.Regression ? 0 : (int)l)))];
        string[] names = [.. files.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))];
        return new AccumulatedHistory(
            Table.Concatenate([.. files.Select(f => Rows(f, History.LabelColumn))]), parts, null, names, [.. files.Select(f => f.Rows)], [],
            [.. files.Select((f, i) => new TimePeriod(names[i], f.Rows, false))]);
    }
}
