using System.Globalization;
using MlOps.Boosting;
using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Steps.Evaluate;

namespace MlOps.Benchmarks.Policies;

/// <summary>
/// How often the alert on fallen performance is raised where nothing has fallen, and how soon where something has: feeds of twelve months, steady ones and
/// the same ones whose labels are, from a month on, drawn by chance in half of the rows, while no column moves.
/// </summary>
internal static class FallsBenchmark
{
    private const int Months = 12;
    private const int Test = 5;

    /// <summary>Runs <c>falls [feeds]</c>.</summary>
    /// <param name="arguments">Number of feeds, 200 if not said.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var feeds = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 200;
        var (alarms, alarmed, found, late, missed) = (0, 0, 0, 0, 0);
        for (var i = 0; i < feeds; i++)
        {
            // Seeds 1, 9, 17, ... are the steady kind.
            var feed = MadeFeeds.Of(1 + (i * MadeFeeds.Kinds.Count));
            feed = feed with { Periods = [.. feed.Periods.Take(Months)] };
            var raised = Raised(feed, Months);
            alarms += raised.Count;
            alarmed += raised.Count > 0 ? 1 : 0;

            var random = new Random(100_000 + i);
            var change = random.Next(1, Months);
            var fallen = Raised(feed with { Periods = [.. feed.Periods.Select((file, month) => month < change ? file : Halved(file, random))] }, change + 2);
            found += fallen.Contains(change) ? 1 : 0;
            late += !fallen.Contains(change) && fallen.Contains(change + 1) ? 1 : 0;
            missed += fallen.Contains(change) || fallen.Contains(change + 1) ? 0 : 1;
            if ((i + 1) % 20 == 0)
            {
                Console.WriteLine($"{i + 1} feeds: {alarms} false alerts in {alarmed} of them; of as many falls {found} told in their month, {late} in the next, {missed} not then");
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{feeds} steady feeds of {Months} months: {alarms} false alerts; {feeds} falls: {found} told in their month, {late} in the next, {missed} in neither"));
        return 0;
    }

    /// <summary>Months that raise the alert, each predicted by a model of everything before it.</summary>
    private static HashSet<int> Raised(PolicyFeed feed, int until)
    {
        var (raised, before) = (new HashSet<int>(), new List<double>());
        for (var month = 0; month < Math.Min(until, feed.Periods.Count); month++)
        {
            FeedFile[] history = [feed.Initial, .. feed.Periods.Take(month)];
            var booster = FeedModels.Train(feed, history, 60);
            var tested = history.Select(file => (file.Labels, Scores: booster.Predict(file.Columns, PredictionKind.Probability))).ToArray();
            double[] testLabels = [.. tested.SelectMany(t => t.Labels.Where((_, row) => row % Test == 0))];
            double[] testScores = [.. tested.SelectMany(t => t.Scores.Where((_, row) => row % Test == 0))];
            var test = new TestFigure(new Comparison(feed.Metric, 2, testLabels).Measure(testScores), testLabels.Length);

            var file = feed.Periods[month];
            var scores = booster.Predict(file.Columns, PredictionKind.Probability);
            var comparison = new Comparison(feed.Metric, 2, file.Labels);
            var (low, high) = comparison.Interval(scores, 200)!.Value;
            var value = comparison.Measure(scores);
            if (PerformanceFall.Judge(new PeriodFigure(value, low, high, file.Rows), test, before, LeadingMetrics.ScaleOf(feed.Metric), LeadingMetrics.IsHigherBetter(feed.Metric)) is not null)
            {
                raised.Add(month);
            }

            before.Add(value);
        }

        return raised;
    }

    // What lies above chance halves; nothing of the columns changes, and the share of the positives does not either.
    private static FeedFile Halved(FeedFile file, Random random)
    {
        var share = file.Labels.Average();
        return file with { Labels = [.. file.Labels.Select(label => random.NextDouble() < 0.5 ? label : random.NextDouble() < share ? 1.0 : 0)] };
    }
}
