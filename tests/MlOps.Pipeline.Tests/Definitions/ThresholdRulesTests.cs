using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Tests.Definitions;

public sealed class ThresholdRulesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 10)]
    [InlineData(5, 1)]
    [InlineData(0, 1)]
    public void The_least_cost_is_that_of_trying_every_threshold(double falsePositive, double falseNegative)
    {
        var (labels, scores) = Draw(200);

        var chosen = ThresholdRules.LeastCost(labels, scores, falsePositive, falseNegative);

        Assert.Equal(scores.Append(2).Min(Cost), Cost(chosen), 1e-9);

        double Cost(double threshold)
        {
            var c = BinaryMetrics.At(labels, scores, threshold);
            return (falsePositive * c.FalsePositives) + (falseNegative * c.FalseNegatives);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(1)]
    public void The_recall_at_a_precision_is_the_largest_of_all_thresholds_that_reach_it(double precision)
    {
        var (labels, scores) = Draw(200);

        var chosen = BinaryMetrics.At(labels, scores, ThresholdRules.RecallAtPrecision(labels, scores, precision));

        Assert.True(chosen.TruePositives == 0 || chosen.Precision >= precision);
        Assert.Equal(
            scores.Select(s => BinaryMetrics.At(labels, scores, s)).Where(c => c.Precision >= precision).Select(c => c.Recall).DefaultIfEmpty(0).Max(), chosen.Recall);
    }

    [Fact]
    public void A_precision_out_of_reach_predicts_no_row_positive()
    {
        Assert.Equal(2, ThresholdRules.RecallAtPrecision([0, 0, 1], [0.9, 0.8, 0.1], 0.9));
    }

    [Fact]
    public void A_definition_states_the_rule_and_its_budget_of_work_and_time()
    {
        var costs = PipelineDefinition.Parse("label: Y\noutput: {threshold: {false_positive: 1, false_negative: 5}}", "p.yaml").Output;
        Assert.Equal(("cost", 1.0, 5.0), (costs.ThresholdRule, costs.FalsePositiveCost, costs.FalseNegativeCost));
        Assert.Equal(("precision", 0.6), (PipelineDefinition.Parse("label: Y\noutput: {threshold: {precision: 0.6}}", "p.yaml").Output is var o ? (o.ThresholdRule, o.LeastPrecision) : default));
        var tune = PipelineDefinition.Parse("label: Y\ntune: {trials: 50, work: 1e9, time: 30m}", "p.yaml").Tune;
        Assert.Equal((1_000_000_000L, TimeSpan.FromMinutes(30)), (tune.Work!.Value, tune.Time!.Value));
        Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: Y\noutput: {threshold: {precision: 0.6, false_positive: 1}}", "p.yaml"));
    }

    private static (double[] Labels, double[] Scores) Draw(int rows)
    {
        var random = new Random(7);
        double[] scores = [.. Enumerable.Range(0, rows).Select(_ => Math.Round(random.NextDouble(), 2))];
        return ([.. scores.Select(s => random.NextDouble() < s ? 1.0 : 0)], scores);
    }
}
