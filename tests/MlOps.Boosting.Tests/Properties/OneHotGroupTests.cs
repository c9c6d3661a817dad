using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
namespace MlOps.Boosting.Tests.Properties;

/// <summary>Features that are the categories of one column: they say the same twice, and each round leaves out one of them.</summary>
public sealed class OneHotGroupTests
{
    private static readonly string[] Settings = ["objective=binary", "num_iterations=60", "num_leaves=7", "min_data_in_leaf=5", "seed=7"];

    [Theory]
    [InlineData(2, "feature_fraction=1")]
    [InlineData(2, "feature_fraction=0.6")]
    [InlineData(3, "feature_fraction_bynode=0.7")]
    [InlineData(5, "bagging_freq=1,bagging_fraction=0.6")]
    [InlineData(3, "boosting=dart")]
    public void A_row_of_no_category_is_like_the_mean_of_the_categories_and_like_none_of_them(int categories, string more)
    {
        (double[][] columns, float[] label) = Rows(categories);
        Parameters parameters = Parse(more).WithOneHotGroups([[.. Enumerable.Range(1, categories)]]);

        using Dataset data = Dataset.Create(columns, Names(categories), label, parameters);
        Booster booster = Booster.Train(parameters, data);

        double[] known = [.. Enumerable.Range(0, categories).Select(c => booster.PredictRow(Row(categories, c), PredictionKind.Raw))];
        double unseen = booster.PredictRow(Row(categories, -1), PredictionKind.Raw);
        Assert.True(known[0] > known[1..].Max() + 1, "category 0 is positive far more often");
        Assert.InRange(unseen, known[1..].Min() + 0.1, known[0] - 0.1);
        Assert.InRange(unseen, known.Average() - 0.6, known.Average() + 0.6);
        Assert.Equal(booster.SaveToString(), Booster.Load(booster.SaveToString()).SaveToString());
    }

    [Fact]
    public void With_two_categories_the_model_scores_known_rows_as_one_that_has_only_one_of_the_features()
    {
        (double[][] columns, float[] label) = Rows(2);
        Parameters both = Parse("feature_fraction=0.6").WithOneHotGroups([[1, 2]]);
        Parameters one = Parse("feature_fraction=0.6");
        using Dataset data = Dataset.Create(columns, Names(2), label, both);
        using Dataset fewer = Dataset.Create([columns[0], columns[1], columns[3]], ["x", "c0", "y"], label, one);

        double[] scores = Booster.Train(both, data).Predict(columns, PredictionKind.Raw);
        double[] expected = Booster.Train(one, fewer).Predict([columns[0], columns[1], columns[3]], PredictionKind.Raw);

        for (int row = 0; row < label.Length; row++)
        {
            Assert.Equal(expected[row], scores[row], 9);
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_model()
    {
        (double[][] columns, float[] label) = Rows(4);
        string[] models = [.. new[] { 1, 2, 5 }.Select(threads =>
        {
            Parameters parameters = Parse($"feature_fraction=0.5,num_threads={threads}").WithOneHotGroups([[1, 2, 3, 4]]);
            using Dataset data = Dataset.Create(columns, Names(4), label, parameters);
            return Booster.Train(parameters, data).SaveToString();
        })];

        Assert.Single(models.Distinct());
    }

    [Fact]
    public void A_group_of_which_one_feature_alone_is_used_leaves_nothing_out()
    {
        (double[][] columns, float[] label) = Rows(2);
        columns[2] = new double[label.Length];
        Parameters parameters = Parse("feature_fraction=1");
        using Dataset data = Dataset.Create(columns, Names(2), label, parameters);

        Assert.Equal(Booster.Train(parameters, data).SaveToString(), Booster.Train(parameters.WithOneHotGroups([[1, 2]]), data).SaveToString());
    }

    [Fact]
    public void A_group_that_names_a_feature_that_is_not_there_is_refused()
    {
        (double[][] columns, float[] label) = Rows(2);
        Parameters parameters = Parse("feature_fraction=1").WithOneHotGroups([[1, 9]]);
        using Dataset data = Dataset.Create(columns, Names(2), label, parameters);

        Assert.Contains("outside of the 4", Assert.Throws<ParameterException>(() => Booster.Train(parameters, data)).Message, StringComparison.Ordinal);
    }

    private static Parameters Parse(string more) => Parameters.Parse(Settings.Concat(more.Split(',')).Select(s => s.Split('=')).Select(s => KeyValuePair.Create(s[0], s[1])));

    private static string[] Names(int categories) => ["x", .. Enumerable.Range(0, categories).Select(c => $"c{c}"), "y"];

    private static double[] Row(int categories, int category) => [0.5, .. Enumerable.Range(0, categories).Select(c => c == category ? 1.0 : 0.0), 0.5];

    // Category 0 is positive in 85 % of the rows, the others in 15 %; x and y say a little.
    private static (double[][] Columns, float[] Label) Rows(int categories)
    {
        const int rows = 2000;
        var random = new Random(3);
        double[][] columns = [.. Enumerable.Range(0, categories + 2).Select(_ => new double[rows])];
        var label = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            int category = random.Next(categories);
            columns[0][row] = random.NextDouble();
            columns[category + 1][row] = 1;
            columns[^1][row] = random.NextDouble();
            double chance = (category == 0 ? 0.85 : 0.15) + (0.1 * (columns[0][row] - 0.5));
            label[row] = random.NextDouble() < chance ? 1 : 0;
        }

        return (columns, label);
    }
}
