using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;

namespace MlOps.Benchmarks.Policies;

/// <summary>Takes a feed period by period as the product does: the gate decides on what is measured by then, the chosen model predicts, the period's models are measured.</summary>
internal sealed class GateReplay(FeedModels models, string metric)
{
    private static readonly PromoteSettings Rule = new();

    /// <summary>Period of the run whose model predicts, for each period.</summary>
    public IReadOnlyList<int> Run()
    {
        var (known, champions) = (new List<BacktestRecord>(), new List<int>());
        for (var period = 0; period < models.Periods; period++)
        {
            var former = champions.TakeLast(Proceeding.Decisions).Select(Version).Distinct().ToArray();
            var found = Proceeding.Judge(known, former, higherIsBetter: false, Rule.Margin);
            champions.Add(found switch
            {
                null when period > 0 && !IsProven(period, champions[^1]) => champions[^1],
                { Keep: { } keep } => int.Parse(keep.ModelVersion, CultureInfo.InvariantCulture),
                _ => period,
            });
            var shadows = Proceeding.Undefeated(known, former, false, Rule.Margin).Select(v => int.Parse(v, CultureInfo.InvariantCulture));
            int[] others = period == 0 ? [] : [champions[^2]];
            known.Add(Record(period, period, BacktestRecord.New));
            known.AddRange(others.Concat(shadows).Append(champions[^1]).Where(m => m != period).Distinct().Select(m => Record(period, m, BacktestRecord.Earlier)));
        }

        return champions;
    }

    private BacktestRecord Record(int period, int model, string way) =>
        new(period.ToString("D8", CultureInfo.InvariantCulture), Version(model), way, false, "", metric, models.Loss(model, period), new Dictionary<string, double>());

    private static string Version(int model) => model.ToString(CultureInfo.InvariantCulture);

    // Before any period is measured: the bootstrap of the test rows that are new to the champion.
    private bool IsProven(int period, int champion)
    {
        var (rows, challenger, other) = models.TestRows(period - 1, period, champion);
        var improvements = rows.Improvements(challenger, other, Rule);
        return improvements.Count(i => i > Rule.Margin) >= Rule.Confidence * improvements.Length;
    }
}
