using MlOps.Boosting;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Learning.Boosted;
using MlOps.Learning.Catalog;
using MlOps.Learning.Learners;
using MlOps.Learning.Onnx;
using MlOps.Learning.Tests.MlNet;

namespace MlOps.Learning.Tests.Onnx;

/// <summary>Models as ONNX, scored by OnnxRuntime beside their own scores.</summary>
public sealed class OnnxModelTests
{
    private const int Rows = 800;

    public static TheoryData<string> Objectives =>
    [
        "regression", "regression reg_sqrt=true", "regression_l1", "poisson", "gamma", "tweedie", "binary", "binary sigmoid=2.5", "cross_entropy", "cross_entropy_lambda",
        "multiclass num_class=3", "multiclassova num_class=3 sigmoid=0.7", "binary boosting=rf bagging_freq=1 bagging_fraction=0.6", "multiclass num_class=3 boosting=rf bagging_freq=1 bagging_fraction=0.6",
    ];

    public static TheoryData<string, LearningTask> Expressed =>
        [.. KnownLearners.All.Where(kind => kind.HasOnnx).SelectMany(kind => kind.Tasks.Select(task => (kind.Name, task)))];

    [Theory]
    [MemberData(nameof(Objectives))]
    public void Every_objective_s_trees_score_to_the_last_digits_as_they_do_here(string objective)
    {
        var (columns, label) = Table(objective.Contains("multi", StringComparison.Ordinal) ? 3 : 2);
        Check(Train(columns, label, "objective=" + objective), columns);
    }

    [Theory]
    [InlineData("use_missing=false")]
    [InlineData("use_missing=true")]
    [InlineData("zero_as_missing=true")]
    [InlineData("zero_as_missing=true", 4)]
    [InlineData("use_missing=true", 4)]
    [InlineData("use_missing=true max_cat_to_onehot=100", 4)]
    public void Missing_cells_zeros_and_categories_that_training_never_saw_take_the_branch_that_they_take_here(string settings, params int[] categorical)
    {
        var (columns, label) = Table(2);
        var model = Train(columns, label, "objective=binary min_data_per_group=5 cat_smooth=1 " + settings, categorical);
        // Near every threshold, and where doubles and floats differ.
        var random = new Random(3);
        double[] odd = [double.NaN, 0, -0.0, 1e-36, -1e-36, 1e-34, -1e-34, double.MaxValue, double.MinValue, 1e300, -5];
        var probes = columns.Select((column, f) => Enumerable.Range(0, 10_000).Select(i => f == 4 && i % 3 != 0 ? random.Next(-2, 60) : i % 4 == 0 ? odd[random.Next(odd.Length)]
            : i % 4 == 1 ? Math.BitIncrement(column[random.Next(Rows)]) : column[random.Next(Rows)] + column[random.Next(Rows)]).ToArray()).ToArray();
        Check(model, probes);
    }

    [Fact]
    public void Thresholds_are_compared_as_doubles()
    {
        // Neighbours of a threshold that are one float: in single precision both would go the same way.
        double[] values = [.. Enumerable.Range(0, Rows).Select(i => 1 + (i * 1e-10))];
        float[] label = [.. Enumerable.Range(0, Rows).Select(i => i < Rows / 2 ? 0f : 1f)];
        var model = Train([values], label, "objective=regression learning_rate=1");
        Assert.True(model.Predict([values], 1).Distinct().Count() > 1);
        Check(model, [values]);
    }

    [Fact]
    public void A_model_that_cannot_split_gives_every_row_its_constant()
    {
        double[] constant = [.. Enumerable.Repeat(1.0, Rows)];
        float[] label = [.. Enumerable.Range(0, Rows).Select(i => (float)(i % 3))];
        var model = Train([constant], label, "objective=regression");
        Assert.Single(model.Predict([constant], 1).Distinct(), 1.0 - (1.0 / Rows));
        Check(model, [constant]);
    }

    [Fact]
    public void The_mean_of_several_models_scores_as_it_does_here()
    {
        var (columns, label) = Table(2);
        var boosters = new[] { "num_leaves=7", "num_leaves=31 zero_as_missing=true" }.Select(s => Train(columns, label, "objective=binary " + s).Booster).ToArray();
        Check(new BoostedModel(Booster.Average(boosters).Shift([-0.25])), columns);
    }

    [Theory]
    [MemberData(nameof(Expressed))]
    public void An_additive_model_of_ML_NET_scores_within_a_millionth_of_its_own(string learner, LearningTask task)
    {
        var rows = LearnerCase.Rows(task);
        var model = LearnerCatalog.Create(learner).Fit(rows, 7, TestContext.Current.CancellationToken);
        Check(model, [.. LearnerCase.Rows(task, 10_000, 2).Columns], 1e-6);
    }

    [Fact]
    public void What_has_no_form_is_refused_with_the_reason()
    {
        var model = LearnerCatalog.Create(KnownLearners.LightGbm).Fit(LearnerCase.Rows(LearningTask.Binary), 7, TestContext.Current.CancellationToken);
        var refused = Assert.Throws<OnnxException>(() => Bytes(model));
        Assert.Contains("ML.NET does not publish where the trees of a 'lightgbm_mlnet' send missing values", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["lightgbm_mlnet"], KnownLearners.All.Where(kind => !kind.HasOnnx).Select(kind => kind.Name));
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes()
    {
        var (columns, label) = Table(2);
        var model = Train(columns, label, "objective=binary", 4);
        Assert.Equal(Bytes(model), Bytes(new BoostedModel(Booster.Load(model.Booster.SaveToString()))));
    }

    // Whatever learner: the sum of trees differs by the order of additions alone.
    private static void Check(LearnedModel model, double[][] columns, double tolerance = 1e-12)
    {
        var own = model.Predict(columns, 1);
        using var scorer = new OnnxScorer(Bytes(model));
        var theirs = scorer.Run<double>(columns.Select((c, f) => (Name: $"c{f}", Values: (Array)c)).ToDictionary(c => c.Name, c => c.Values), "scores");
        Assert.Equal(own.Length, theirs.Length);
        Assert.All(own.Zip(theirs), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance * Math.Max(1, Math.Abs(pair.First))));
    }

    private static byte[] Bytes(LearnedModel model)
    {
        var graph = new OnnxGraph("test");
        string[] inputs = [.. model.FeatureNames.Select((_, f) => graph.Input($"c{f}", OnnxElement.Double, ""))];
        var scores = model.AddTo(graph, graph.AddWith("Concat", [OnnxGraph.Attribute("axis", 1)], inputs));
        graph.Output("scores", scores, OnnxElement.Double, model.Outputs, "");
        return graph.ToBytes("", []);
    }

    private static BoostedModel Train(double[][] columns, float[] label, string settings, params int[] categorical)
    {
        var parameters = Parameters.Parse(("num_iterations=30 min_data_in_leaf=5 verbosity=-1 " + settings).Split(' ').Select(s => s.Split('=')).ToDictionary(s => s[0], s => s[1]));
        using var data = Dataset.Create(columns, [.. columns.Select((_, f) => $"c{f}")], label, parameters, categorical);
        return new BoostedModel(Booster.Train(parameters, data, cancellation: TestContext.Current.CancellationToken));
    }

    // Numbers with holes and zeros, one without, a category of forty codes; the label follows them all.
    private static (double[][] Columns, float[] Label) Table(int classes)
    {
        var random = new Random(11);
        double[][] columns = [.. Enumerable.Range(0, 5).Select(_ => new double[Rows])];
        var label = new float[Rows];
        for (var i = 0; i < Rows; i++)
        {
            for (var f = 0; f < 4; f++)
            {
                columns[f][i] = Math.Round((random.NextDouble() * 4) - 2, f + 1);
                columns[f][i] = f < 2 && random.Next(5) == 0 ? double.NaN : f == 2 && random.Next(3) == 0 ? 0 : columns[f][i];
            }

            columns[4][i] = random.Next(40);
            var score = (double.IsNaN(columns[0][i]) ? 1 : columns[0][i]) - columns[2][i] + columns[3][i] + (columns[4][i] % 7 < 3 ? 2 : 0);
            label[i] = Math.Clamp((int)Math.Floor(score * classes / 4), 0, classes - 1);
        }

        return (columns, label);
    }
}
