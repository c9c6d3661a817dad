using System.Globalization;
using System.Text;
using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;
using MlOps.Boosting;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Histories from which little or nothing can be learned.</summary>
public sealed class SmallAndWeakTableTests(AzuriteFixture azurite)
{
    public static TheoryData<string, string, int> Tables
    {
        get
        {
            var tables = new TheoryData<string, string, int>();
            int[] rows = [3, 5, 8, 12, 20, 60];
            var next = 0;
            foreach (var task in new[] { "binary", "multiclass", "regression" })
            {
                foreach (var validation in new[] { "auto", "holdout", "time", "kfold" })
                {
                    tables.Add(task, validation, rows[next++ % rows.Length]);
                    tables.Add(task, validation, rows[(next + 2) % rows.Length]);
                }
            }

            return tables;
        }
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task A_history_of_few_rows_gives_a_model_or_one_sentence(string task, string validation, int rows)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, $"{{task: {task}, label: TARGET, id: ID, validation: {validation}}}");
        var initial = await pipeline.DropAsync("initial", Csv(rows, task, "noise"));

        var validated = await pipeline.ValidateAsync(initial);

        if (!validated.Accepted)
        {
            Assert.Contains(validated.Errors, e => e.Code == "too-few-rows");
            return;
        }

        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", Csv(rows, task, "noise", 1000)), initial);
        Assert.True(run.Train.Trees > 0);
        Assert.Contains(validated.Warnings, w => w.Code == "few-rows");
    }

    [Theory]
    [InlineData("constant", "has one value")]
    [InlineData("empty", "is empty")]
    [InlineData("unique", "has another text in every row")]
    [InlineData("constant text", "has one value")]
    public async Task A_history_whose_columns_say_nothing_is_refused_when_it_arrives(string feature, string why)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, "{label: TARGET, id: ID}");

        var validated = await pipeline.ValidateAsync(Csv(300, "binary", feature));

        var error = Assert.Single(validated.Errors);
        Assert.Equal("no-usable-column", error.Code);
        Assert.Contains($"'A' {why}", error.Message, StringComparison.Ordinal);
        Assert.Equal($"'A' {why}", error.Said!.Parts!["columns"].ToString());
    }

    [Theory]
    [InlineData("validation: holdout")]
    [InlineData("validation: kfold")]
    [InlineData("models: [random_forest, decision_tree, logistic_regression, naive_bayes]")]
    public async Task Parameters_that_forbid_every_split_give_the_mean_model(string setting)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, $"{{label: TARGET, id: ID, {setting}, model: {{min_data_in_leaf: 1000}}}}");
        var initial = await pipeline.DropAsync("initial", Csv(300, "binary", "noise"));

        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", Csv(3, "binary", "noise", 1000)), initial);

        // Of 300 rows every third is positive; 240 of them are learned from, by class.
        var lines = (await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');
        Assert.All(lines.Skip(1), line => Assert.Equal(1 / 3.0, double.Parse(line.Split(',', StringSplitOptions.TrimEntries)[2], CultureInfo.InvariantCulture), 9));
    }

    [Fact]
    public async Task A_trial_that_cannot_split_is_a_bad_trial_and_not_the_end_of_the_search()
    {
        var pipeline = await TestPipeline.CreateAsync(
            azurite, "{label: TARGET, id: ID, tune: {trials: 6, pruner: median, space: {min_data_in_leaf: [1, 400], lambda_l1: [0, 0]}}}");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(300, 1));

        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(20, 2, 5001)), initial);

        Assert.Equal(6, pipeline.Trials.Count);
        Assert.True(run.Evaluate.Metrics["test"]["auc"] > 0.5);
    }

    [Fact]
    public void A_training_that_can_split_nothing_reports_its_constant_model_once()
    {
        var parameters = Parameters.Parse([KeyValuePair.Create("objective", "binary"), KeyValuePair.Create("metric", "binary_logloss"), KeyValuePair.Create("early_stopping_round", "5")]);
        using var train = Dataset.Create([[1, 1, 1, 1]], ["A"], [0, 0, 0, 1], parameters);
        using var valid = train.CreateValid([[1, 1]], [0, 1]);
        var rounds = new List<IterationResult>();

        var booster = Booster.Train(parameters, train, [new ValidSet("valid", valid)], rounds.Add);

        var round = Assert.Single(rounds);
        Assert.Equal(1, round.Iteration);
        // One row in four is positive: the loss of 0.25 for a negative and a positive row.
        Assert.Equal((-Math.Log(0.75) - Math.Log(0.25)) / 2, round.Metrics[0].Value, 9);
        Assert.Equal(0.25, booster.Predict([[5.0]], PredictionKind.Probability)[0], 9);
    }

    private static string Csv(int rows, string task, string feature, int firstId = 1)
    {
        var text = new StringBuilder("ID,A,TARGET\n");
        for (var i = 0; i < rows; i++)
        {
            var value = feature switch
            {
                "noise" => (i * 7919 % 101).ToString(CultureInfo.InvariantCulture),
                "constant" => "5",
                "empty" => "",
                "unique" => $"name {firstId + i}",
                _ => "x",
            };
            var label = task switch { "binary" => i % 3 == 0 ? 1 : 0, "multiclass" => i % 3, _ => i * 13 % 17 };
            text.Append(CultureInfo.InvariantCulture, $"{firstId + i},{value},{label}\n");
        }

        return text.ToString();
    }
}
