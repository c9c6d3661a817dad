using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Evaluate;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Metrics that are too good to be true are told with their figures, and only they. The truth is counted here from labels and scores, pair by pair.</summary>
public sealed class PerfectMetricsTests
{
    [Fact]
    public void A_ranking_without_an_error_is_told_with_its_AUC_and_log_loss()
    {
        var (labels, scores) = Separated(100);
        Assert.Equal(1, Auc(labels, scores));
        var loss = -labels.Zip(scores).Average(p => Math.Log(p.First == 1 ? p.Second : 1 - p.Second));

        var told = Told(TaskKind.Binary, 2, labels, scores)!;

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"(AUC 1.000, log loss {loss:0.####})"), told, StringComparison.Ordinal);
        Assert.Contains("model v7 makes hardly an error on its 100 test rows", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, 1, 0.9996)] // one pair of 2,500
    [InlineData(100, 2, 0.9992)]
    [InlineData(40, 1, 0.9975)] // one pair of 400
    public void Told_is_what_reads_as_perfect_with_three_decimals(int rows, int wrongPairs, double auc)
    {
        var (labels, scores) = Separated(rows);
        // The lowest positive stands below so many of the negatives.
        scores[rows / 2] = scores[(rows / 2) - wrongPairs] - 0.0001;
        Assert.Equal(auc, Auc(labels, scores), 10);

        Assert.Equal(auc >= 0.9995, Told(TaskKind.Binary, 2, labels, scores) is not null);
    }

    [Theory]
    [InlineData(28, false)]
    [InlineData(30, true)]
    public void Of_fewer_than_thirty_rows_all_can_be_right_by_chance(int rows, bool told)
    {
        var (labels, scores) = Separated(rows);
        Assert.Equal(told, Told(TaskKind.Binary, 2, labels, scores) is not null);
    }

    [Fact]
    public void A_regression_that_misses_by_a_hundredth_of_a_percent_is_told_with_its_error_and_an_ordinary_one_is_not()
    {
        double[] labels = [.. Enumerable.Range(1, 50).Select(i => 10.0 * i)];
        double[] close = [.. labels.Select((l, i) => l + (i % 2 == 0 ? 0.5 : -0.5))];
        double[] ordinary = [.. labels.Select((l, i) => l + (i % 2 == 0 ? 40 : -40))];

        // Every residual is 0.5, so the root of their mean square is too; the spread of 10 … 500 makes R² 1 - 0.25 / 20825.
        Assert.Contains("(R² 1.000, RMSE 0.5)", Told(TaskKind.Regression, 0, labels, close), StringComparison.Ordinal);
        Assert.Null(Told(TaskKind.Regression, 0, labels, ordinary));
    }

    [Fact]
    public void Three_classes_without_an_error_are_told_and_with_one_in_sixty_rows_they_are_not()
    {
        double[] labels = [.. Enumerable.Range(0, 60).Select(i => (double)(i % 3))];
        double[] scores = [.. labels.SelectMany(l => Enumerable.Range(0, 3).Select(k => k == l ? 0.8 : 0.1))];

        // All scores of the right class are 0.8.
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"(accuracy 1.000, log loss {-Math.Log(0.8):0.####})"), Told(TaskKind.Multiclass, 3, labels, scores), StringComparison.Ordinal);
        (scores[0], scores[1]) = (scores[1], scores[0]);
        Assert.Null(Told(TaskKind.Multiclass, 3, labels, scores));
    }

    [Theory]
    [InlineData(TaskKind.Binary, 2, 1)]
    [InlineData(TaskKind.Multiclass, 3, 3)]
    public void Where_all_test_rows_are_of_one_class_being_right_says_nothing(TaskKind task, int classes, int width)
    {
        var labels = new double[60];
        double[] scores = [.. labels.SelectMany(_ => width == 1 ? new[] { 0.01 } : [0.98, 0.01, 0.01])];

        Assert.Equal(1, TaskMetrics.Of(task, classes, labels, scores, 0.5)["accuracy"]);
        Assert.Null(Told(task, classes, labels, scores));
    }

    [Fact]
    public void Without_test_rows_nothing_is_told() => Assert.Null(PerfectMetrics.Of("v7", null));

    private static string? Told(TaskKind task, int classes, double[] labels, double[] scores) =>
        PerfectMetrics.Of("v7", new Dictionary<string, IReadOnlyDictionary<string, double>> { ["test"] = TaskMetrics.Of(task, classes, labels, scores, 0.5) })?.Message;

    // Negatives first, scores rising from 0.01 to 0.99.
    private static (double[] Labels, double[] Scores) Separated(int rows) =>
        ([.. Enumerable.Range(0, rows).Select(i => i < rows / 2 ? 0.0 : 1.0)], [.. Enumerable.Range(0, rows).Select(i => 0.01 + (0.98 * i / (rows - 1)))]);

    // The share of the pairs of a positive and a negative that stand in the right order.
    private static double Auc(double[] labels, double[] scores)
    {
        double right = 0, pairs = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            for (var j = 0; j < labels.Length; j++)
            {
                if (labels[i] == 1 && labels[j] == 0)
                {
                    (right, pairs) = (right + (scores[i] > scores[j] ? 1 : 0), pairs + 1);
                }
            }
        }

        return right / pairs;
    }
}
