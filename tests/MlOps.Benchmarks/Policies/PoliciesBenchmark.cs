using System.Globalization;
using MlOps.Evaluation.Intervals;

namespace MlOps.Benchmarks.Policies;

/// <summary>
/// <c>policies [FROM TO] [--data FOLDER]</c>: what ways of proceeding publish on made feeds of eight kinds, by seeds (21 to 40 where none are named; the rule was
/// chosen on 1 to 20), and on real ones where a folder with them is named. The gate's own code decides; models are small, so that it takes minutes.
/// </summary>
internal static class PoliciesBenchmark
{
    private const double Near20 = 0.2;

    public static int Run(string[] args)
    {
        Console.WriteLine("| feed | feeds | always | default | of always | worst feed | never | better of both in hindsight | best model in hindsight | 90 % interval holds | point within 20 % | point off by |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        return FeedTable.Print(args, Outcome.Of, o => o.Kind, Print);
    }

    private static void Print(string name, IReadOnlyList<Outcome> outcomes)
    {
        if (outcomes.Count > 0)
        {
            double Mean(Func<Outcome, double> of) => outcomes.Average(of);
            double Share(Func<Outcome, int> of) => outcomes.Sum(of) / (double)Math.Max(1, outcomes.Sum(o => o.Told));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {outcomes.Count} | 1 | {Mean(o => o.Default / o.Always):0.0000} | {Mean(o => (o.Default / o.Always) - 1):+0.00%;-0.00%;0.00%} | {outcomes.Max(o => o.Default / o.Always):0.0000} | {Mean(o => o.Never / o.Always):0.0000} | {Mean(o => Math.Min(o.Never, o.Always) / o.Always):0.0000} | {Mean(o => o.Best / o.Always):0.0000} | {Share(o => o.Inside):0.00} | {Share(o => o.Near):0.00} | {Mean(o => o.Off):0.0%} |"));
        }
    }

    /// <summary>Mean losses of a feed's published predictions by each way, and how often what was told of a period held.</summary>
    private sealed record Outcome(string Kind, double Default, double Always, double Never, double Best, int Inside, int Near, double Off, int Told)
    {
        public static Outcome Of(PolicyFeed feed)
        {
            var models = new FeedModels(feed);
            var periods = Enumerable.Range(0, models.Periods).ToArray();
            var chosen = new GateReplay(models, feed.Metric).Run();
            var (inside, near, off, told, seen) = (0, 0, 0.0, 0, new List<double>());
            foreach (var period in periods)
            {
                // The metric that people are told: RMSE, not its square.
                var came = feed.Metric == "l2" ? Math.Sqrt(models.Loss(chosen[period], period)) : models.Loss(chosen[period], period);
                if (seen.Count >= 2)
                {
                    var (point, low, high) = NextPeriod.Expect(seen, PeriodScale.Logarithm);
                    told++;
                    inside += came >= low && came <= high ? 1 : 0;
                    near += Math.Abs(point - came) <= Near20 * came ? 1 : 0;
                    off += Math.Abs(Math.Log(point / came));
                }

                seen.Add(came);
            }

            return new Outcome(
                feed.Kind, periods.Average(p => models.Loss(chosen[p], p)), periods.Average(p => models.Loss(p, p)), periods.Average(p => models.Loss(0, p)),
                periods.Average(p => Enumerable.Range(0, p + 1).Min(m => models.Loss(m, p))), inside, near, Math.Exp(off / Math.Max(1, told)) - 1, told);
        }
    }
}
