using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class ClassWeightTests(AzuriteFixture azurite)
{
    private const string Definition = "label: Y\nid: ID\nexclude: [K]\nvalidation: holdout\nmodel: {num_leaves: 4, num_iterations: 40, learning_rate: 0.1, min_data_in_leaf: 20}\n";

    [Fact]
    public void Balanced_classes_weigh_the_same_in_all() =>
        Assert.Equal([4 / (2 * 3.0), 4 / (2 * 1.0)], (ClassWeights.Equal with { Kind = ClassWeightKind.Balanced }).Of(["a", "b"], [0, 0, 1, 0])!);

    [Theory]
    [InlineData("class_weight: balanced")]
    [InlineData("class_weight: {\"1\": 15}")]
    public async Task Weights_change_the_model_and_its_scores_stay_probabilities(string weights)
    {
        var plain = await RunAsync(Definition);
        var weighted = await RunAsync(Definition + weights);

        Assert.NotEqual(plain.Train.ModelSha256, weighted.Train.ModelSha256);
        foreach (var part in new[] { "train", "valid", "test" })
        {
            // Without the correction the mean score of a balanced model is near a half, and its log loss far above.
            Assert.InRange(weighted.Evaluate.Metrics[part]["binary_logloss"], 0, plain.Evaluate.Metrics[part]["binary_logloss"] * 1.15);
            Assert.InRange(weighted.Evaluate.Metrics[part]["auc"], plain.Evaluate.Metrics[part]["auc"] - 0.05, 1);
        }
    }

    [Fact]
    public async Task Several_classes_are_corrected_too()
    {
        const string Kinds = "task: multiclass\nlabel: K\nid: ID\nexclude: [Y]\nmodel: {num_leaves: 4, num_iterations: 40, min_data_in_leaf: 20}\nvalidation: kfold\n";
        var plain = await RunAsync(Kinds);
        var weighted = await RunAsync(Kinds + "class_weight: balanced");

        Assert.NotEqual(plain.Train.ModelSha256, weighted.Train.ModelSha256);
        Assert.InRange(weighted.Evaluate.Metrics["test"]["multi_logloss"], 0, plain.Evaluate.Metrics["test"]["multi_logloss"] * 1.15);
    }

    [Fact]
    public async Task A_class_that_is_none_is_refused_with_those_that_are()
    {
        var error = await Assert.ThrowsAsync<StepRefusedException>(() => RunAsync(Definition + "class_weight: {yes: 2}"));

        Assert.Contains("'yes', which is no class of 'Y': there are 0, 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("class_weight: heavy", "balanced")]
    [InlineData("class_weight: {a: 0}", "'a'")]
    [InlineData("task: regression\nclass_weight: balanced", "tasks with classes")]
    [InlineData("class_weight: balanced\nmodel: {scale_pos_weight: 3}", "both weigh")]
    public void A_wrong_weight_is_an_error_that_says_so(string yaml, string expected) => Assert.Contains(
        expected, Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\n" + yaml, "p.yaml")).Message, StringComparison.Ordinal);

    private async Task<TestRun> RunAsync(string definition)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        return await pipeline.RunAsync(await pipeline.DropAsync("20201001", Rare(50, 2, 50_001)), await pipeline.DropAsync("initial", Rare(3000, 1, 1)));
    }

    // One row in fifteen or so is positive.
    private static string Rare(int rows, int seed, int firstId)
    {
        var random = new Random(seed);
        return "ID,A,B,Y,K\n" + string.Concat(Enumerable.Range(firstId, rows).Select(id =>
        {
            var (a, b) = (random.Next(1000), random.Next(1000));
            var y = random.Next(1000) < 10 + (a / 8) ? 1 : 0;
            var k = y == 1 ? "rare" : random.Next(1000) < b ? "high" : "low";
            return FormattableString.Invariant($"{id},{a},{b},{y},{k}\n");
        }));
    }
}
