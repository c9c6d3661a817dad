using System.Text;
using System.Text.Json;
using MlOps.Evaluation.Metrics;
using MlOps.Learning.Baselines;
using MlOps.Tabular;

namespace MlOps.Learning.Tests.Baselines;

/// <summary>Against what scikit-learn makes of the same 400 rows (tests/Fixtures/baselines, with the script that made them).</summary>
public sealed class BaselineTests
{
    private static readonly JsonElement Reference = SklearnReference.Root;
    private static readonly double[][] Columns = SklearnReference.Columns;
    private static readonly float[] Label = SklearnReference.Label;
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    [Fact]
    public void Naive_bayes_is_that_of_scikit_learn()
    {
        var expected = Reference.GetProperty("naive_bayes");
        var model = NaiveBayes.Fit(Columns, Label);
        for (var k = 0; k < 2; k++)
        {
            AssertClose(SklearnReference.Numbers(expected.GetProperty("means")[k]), model.Means[k], 1e-12);
            AssertClose(SklearnReference.Numbers(expected.GetProperty("variances")[k]), model.Variances[k], 1e-9);
        }

        AssertClose(SklearnReference.Numbers(expected.GetProperty("probabilities")), model.Predict(Columns), 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_decision_tree_is_that_of_scikit_learn(int index)
    {
        var expected = Reference.GetProperty("trees")[index];
        var model = TreeModel.FitTree(Columns, Names, Label, expected.GetProperty("num_leaves").GetInt32(), expected.GetProperty("min_data_in_leaf").GetInt32());
        // Gradients are single precision, so a leaf's share has about seven digits.
        AssertClose(SklearnReference.Numbers(expected.GetProperty("probabilities")), model.Predict(Columns), 1e-6);
    }

    [Fact]
    public void A_random_forest_does_on_new_rows_what_scikit_learns_does()
    {
        var forest = Reference.GetProperty("forest");
        var aucs = SklearnReference.Numbers(forest.GetProperty("auc_of_10_seeds"));
        var label = SklearnReference.Numbers(forest.GetProperty("label"));
        double[] ours = [.. Enumerable.Range(0, 5).Select(seed => BinaryMetrics.Auc(label, TreeModel.FitForest(Columns, Names, Label, trees: 200, seed: seed).Predict(SklearnReference.Table("columns", forest))))];
        // The peers' seeds spread over 0.009; a forest that is not worse stays within twice that of their mean.
        Assert.InRange(ours.Average(), aucs.Average() - 0.018, 1);
    }

    [Fact]
    public void Every_baseline_survives_json_and_takes_missing_values()
    {
        double[][] holes = [.. Columns.Select((c, j) => c.Select((v, i) => (i + j) % 7 == 0 ? double.NaN : v).ToArray())];
        BaselineModel[] models =
        [
            NaiveBayes.Fit(holes, Label), TreeModel.FitTree(holes, Names, Label), TreeModel.FitForest(holes, Names, Label, trees: 20),
        ];
        double[] label = [.. Label.Select(v => (double)v)];
        foreach (var model in models)
        {
            var scores = model.Predict(holes);
            Assert.All(scores, s => Assert.InRange(s, -1e-6, 1 + 1e-6));
            Assert.True(BinaryMetrics.Auc(label, scores) > 0.65, model.GetType().Name);
            var copy = JsonSerializer.Deserialize<BaselineModel>(JsonSerializer.Serialize(model))!;
            Assert.Equal(scores, copy.Predict(holes));
            Assert.Throws<ArgumentException>(() => model.Predict(holes[..3]));
        }
    }

    [Fact]
    public void Separable_and_constant_features_end_in_a_finite_model()
    {
        double[][] columns = [[1, 2, 3, 4], [5, 5, 5, 5], [double.NaN, double.NaN, double.NaN, double.NaN]];
        float[] label = [0, 0, 1, 1];
        var scores = NaiveBayes.Fit(columns, label).Predict(columns);
        Assert.All(scores, s => Assert.True(double.IsFinite(s)));
        Assert.True(scores[0] < 0.1 && scores[3] > 0.9, string.Join(' ', scores));
        Assert.Throws<ArgumentException>(() => NaiveBayes.Fit(columns, [0, 1, 2, 1]));
    }

    [Fact]
    public void Rules_score_rows_in_their_order()
    {
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes("id,income,kind,the age\n1,100,Working,30\n2,250,Student,20\n3,,Working,50\n4,250,Working,70\n"));
        var table = CsvFile.ReadTable(csv).Table;
        var rules = new RuleBaseline(
            [
                Rule.Parse("income >= 200 and kind != 'Student'", 0.1),
                Rule.Parse("income is missing", 0.5),
                Rule.Parse("\"the age\"<=20", 0.9),
            ],
            Otherwise: 0.3);
        Assert.Equal([0.3, 0.9, 0.5, 0.1], rules.Predict(table));
        var unknown = new RuleBaseline([Rule.Parse("salary > 3", 1)], 0);
        Assert.Contains("salary, which the table does not have", Assert.Throws<ArgumentException>(() => unknown.Predict(table)).Message);
    }

    [Theory]
    [InlineData("income")]
    [InlineData("income >")]
    [InlineData("< 3")]
    [InlineData("income < many")]
    [InlineData("\"income < 3")]
    [InlineData("income < 3 and ")]
    public void A_rule_that_cannot_be_read_is_refused(string when) => Assert.Throws<FormatException>(() => Rule.Parse(when, 0.5));

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])), $"[{i}] {expected[i]:R} became {actual[i]:R}");
        }
    }
}
