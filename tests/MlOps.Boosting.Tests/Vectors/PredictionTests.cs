namespace MlOps.Boosting.Tests.Vectors;

/// <summary>LightGBM's own model files, predicted here.</summary>
public sealed class PredictionTests
{
    private const int ContributionRows = 200;

    public static TheoryData<string> Cases => [.. VectorCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void LightGBMs_model_scores_the_same_here(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        Booster booster = Booster.Load(@case.ModelText);
        double[][] columns = @case.Table("test").Columns;
        Assert.Equal(@case.Rows("pred_raw.csv").SelectMany(row => row), booster.Predict(columns, PredictionKind.Raw));

        // exp of another library may differ in the last bit.
        AssertClose(@case.Rows("pred.csv"), booster.Predict(columns), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Leaves_and_contributions_of_LightGBMs_model_are_the_same(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        Booster booster = Booster.Load(@case.ModelText);
        double[][] columns = [.. @case.Table("test").Columns.Select(column => column[..ContributionRows])];
        Assert.Equal(@case.Rows("leaf.csv").SelectMany(row => row), booster.Predict(columns, PredictionKind.LeafIndex));
        AssertClose(@case.Rows("contrib.csv"), booster.Predict(columns, PredictionKind.Contributions), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Importances_are_the_same(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        Booster booster = Booster.Load(@case.ModelText);
        Assert.Equal(@case.Importance("importance_split.csv"), booster.FeatureImportance(ImportanceType.Split));
        double[] expected = @case.Importance("importance_gain.csv");
        double[] actual = booster.FeatureImportance(ImportanceType.Gain);
        for (int i = 0; i < expected.Length; i++)
        {
            // The model file keeps six digits of a gain.
            Assert.Equal(expected[i], actual[i], Math.Abs(expected[i]) * 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_model_read_and_written_again_has_the_same_trees_and_bytes(string name)
    {
        string text = VectorCase.Load(name).ModelText;
        string written = Booster.Load(text).SaveToString();
        Assert.Equal(text.TrimEnd('\n'), written.TrimEnd('\n'));
    }

    [Theory]
    [InlineData("c03_binary_nan")]
    [InlineData("c04_zero_as_missing")]
    [InlineData("c06c_cat_missing_unseen")]
    [InlineData("c11_multiclass")]
    public void One_row_and_a_batch_and_any_thread_count_agree(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        Booster booster = Booster.Load(@case.ModelText);
        double[][] columns = @case.Table("test").Columns;
        double[] batch = booster.Predict(columns, threads: 1);
        Assert.Equal(batch, booster.Predict(columns, threads: 3));
        var row = new double[columns.Length];
        var scores = new double[booster.NumberOfClasses];
        for (int i = 0; i < columns[0].Length; i++)
        {
            for (int f = 0; f < row.Length; f++)
            {
                row[f] = columns[f][i];
            }

            booster.PredictRow(row, scores);
            Assert.Equal(batch[(i * scores.Length)..((i + 1) * scores.Length)], scores);
        }
    }

    private static void AssertClose(double[][] expected, double[] actual, double tolerance)
    {
        double[] flat = [.. expected.SelectMany(row => row)];
        Assert.Equal(flat.Length, actual.Length);
        for (int i = 0; i < flat.Length; i++)
        {
            Assert.True(Math.Abs(flat[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(flat[i])), $"entry {i}: {actual[i]:R}, expected {flat[i]:R}");
        }
    }
}
