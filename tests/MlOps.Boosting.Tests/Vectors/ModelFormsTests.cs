using System.Text.Json;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Vectors;

/// <summary>The other forms of a model: JSON, and one that is trained further.</summary>
public sealed class ModelFormsTests
{
    [Theory]
    [InlineData("c03_binary_nan")]
    [InlineData("c06b_cat_sorted")]
    [InlineData("c11_multiclass")]
    public void Walking_the_JSON_leads_every_row_to_its_leaf(string name)
    {
        VectorCase vector = VectorCase.Load(name);
        Booster booster = Booster.Load(vector.ModelText);
        using var file = new MemoryStream();
        booster.DumpJson(file);
        JsonElement json = JsonDocument.Parse(file.ToArray(), new JsonDocumentOptions { MaxDepth = 1000 }).RootElement;
        Assert.Equal(booster.FeatureNames, json.GetProperty("feature_names").EnumerateArray().Select(item => item.GetString()));
        JsonElement[] trees = [.. json.GetProperty("tree_info").EnumerateArray()];
        Assert.Equal(booster.NumberOfTrees, trees.Length);
        double[][] columns = [.. vector.Table("test").Columns.Select(column => column[..100])];
        double[] leaves = booster.Predict(columns, PredictionKind.LeafIndex, threads: 1);
        for (int row = 0; row < 100; row++)
        {
            double[] values = [.. columns.Select(column => column[row])];
            for (int t = 0; t < trees.Length; t++)
            {
                Assert.Equal(leaves[(row * trees.Length) + t], Leaf(trees[t].GetProperty("tree_structure"), values));
            }
        }
    }

    [Fact]
    public void Training_further_gives_the_trees_of_one_longer_training()
    {
        VectorCase vector = VectorCase.Load("c05_regularised");
        VectorTable table = vector.Table("train");
        Parameters parameters = vector.Parameters;
        using Dataset data = Dataset.Create(table.Columns, table.FeatureNames, table.Label, parameters);
        Booster whole = Booster.Train(parameters, data);
        Booster first = Booster.Train(parameters.With("num_iterations", "10"), data);
        double[] raw = first.Predict(table.Columns, PredictionKind.Raw, threads: 1);
        using Dataset later = Dataset.Create(table.Columns, table.FeatureNames, table.Label, parameters, null, null, raw);
        Booster both = first.Continue(parameters.With("num_iterations", $"{parameters.NumIterations - 10}"), later);
        Assert.Equal(whole.NumberOfTrees, both.NumberOfTrees);
        double[] expected = whole.Predict(table.Columns, PredictionKind.Raw, threads: 1);
        double[] actual = both.Predict(table.Columns, PredictionKind.Raw, threads: 1);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        Assert.Throws<BoostingDataException>(() => first.Continue(parameters, data));
    }

    private static int Leaf(JsonElement node, double[] row)
    {
        while (node.TryGetProperty("split_feature", out JsonElement feature))
        {
            node = node.GetProperty(GoesLeft(node, row[feature.GetInt32()]) ? "left_child" : "right_child");
        }

        return node.TryGetProperty("leaf_index", out JsonElement leaf) ? leaf.GetInt32() : 0;
    }

    private static bool GoesLeft(JsonElement node, double value)
    {
        string missing = node.GetProperty("missing_type").GetString()!;
        if (node.GetProperty("decision_type").GetString() == "==")
        {
            return value >= 0 && node.GetProperty("threshold").GetString()!.Split("||").Contains(((int)value).ToString());
        }

        if (double.IsNaN(value) && missing != "NaN")
        {
            value = 0;
        }

        bool isMissing = (missing == "NaN" && double.IsNaN(value)) || (missing == "Zero" && Math.Abs(value) <= 1e-35);
        return isMissing ? node.GetProperty("default_left").GetBoolean() : value <= node.GetProperty("threshold").GetDouble();
    }
}
