using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Split;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class GroupSplitTests(AzuriteFixture azurite)
{
    [Fact]
    public void Groups_are_shared_out_by_the_shares_and_stay_where_they_are()
    {
        string[] groups = [.. Enumerable.Range(0, 5000).Select(i => $"customer {i}")];
        Part[] parts = [.. groups.Select(g => GroupSplit.PartOf(g, 0.2, 0.25, 42))];

        Assert.InRange(parts.Count(p => p == Part.Test), 900, 1100);
        Assert.InRange(parts.Count(p => p == Part.Valid), 900, 1100);
        Assert.NotEqual(parts, groups.Select(g => GroupSplit.PartOf(g, 0.2, 0.25, 43)));
    }

    [Fact]
    public void Folds_hold_whole_groups_and_about_as_many_rows_each()
    {
        string[] groups = [.. Enumerable.Range(0, 1000).Select(i => $"g{(int)Math.Sqrt(i * 2)}")];
        var folds = GroupSplit.Folds(5, new Part[1000], groups)!;

        Assert.All(groups.Zip(folds).GroupBy(p => p.First), g => Assert.Single(g.Select(p => p.Second).Distinct()));
        Assert.All(folds.GroupBy(f => f), g => Assert.InRange(g.Count(), 180, 220));
        Assert.Null(GroupSplit.Folds(5, new Part[10], [.. Enumerable.Range(0, 10).Select(i => $"g{i % 4}")]));
    }

    [Theory]
    [InlineData("validation: kfold")]
    [InlineData("validation: holdout")]
    public async Task Rows_of_a_group_are_on_one_side_in_every_period_and_what_only_its_name_tells_is_not_learned(string validation)
    {
        var pipeline = await TestPipeline.CreateAsync(
            azurite, "label: Y\nsplit: {group: CUSTOMER}\nmodel: {num_leaves: 31, min_data_in_leaf: 1, num_iterations: 30, learning_rate: 0.3, early_stopping_round: 0}\n" + validation);
        var (first, second) = (Customers(1), Customers(2));
        var initial = await pipeline.DropAsync("initial", first);
        var october = await pipeline.DropAsync("20201001", second);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201101", "CUSTOMER,A,B\nc1,0.5,0.5\n"), initial, october);
        var parts = await pipeline.ReadAsync(run.Accumulate.RequireKey(), "split.bin");
        var customers = (first + second["CUSTOMER,A,B,Y\n".Length..]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')[0]).ToArray();

        Assert.Equal(customers.Length, parts.Length);
        Assert.All(customers.Zip(parts).GroupBy(p => p.First), g => Assert.Single(g.Select(p => p.Second).Distinct()));
        // A customer is known by A, and whether one is good was thrown by a coin: that does not carry over to other customers.
        Assert.Equal(2, run.TrainFeatures.Features);
        Assert.InRange(run.Evaluate.Metrics["train"]["auc"], 0.9, 1);
        Assert.InRange(run.Evaluate.Metrics["valid"]["auc"], 0.2, 0.8);
        Assert.InRange(run.Evaluate.Metrics["test"]["auc"], 0.2, 0.8);
    }

    [Fact]
    public async Task Too_few_groups_are_refused_with_the_column_and_their_number()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, "label: Y\nsplit: {group: CUSTOMER}");
        var initial = await pipeline.DropAsync("initial", Customers(1, customers: 2));

        var error = await Assert.ThrowsAsync<StepRefusedException>(async () => await pipeline.RunAsync(await pipeline.DropAsync("20201101", Customers(3)), initial));

        Assert.Contains("'CUSTOMER' has too few different values to divide the rows by it: 2.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_history_without_the_groups_column_is_refused()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, "label: Y\nsplit: {group: COSTUMER}");

        var result = await pipeline.ValidateAsync(Customers(1));

        Assert.False(result.Accepted);
        Assert.Contains("the definition's group, is missing. Did you mean 'CUSTOMER'?", result.Errors[0].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id: ID\nsplit: {group: ID}", "differs from row to row")]
    [InlineData("validation: time\nsplit: {group: G}", "by time and by group")]
    public void A_group_that_cannot_be_kept_together_is_an_error(string yaml, string expected) => Assert.Contains(
        expected, Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\n" + yaml, "p.yaml")).Message, StringComparison.Ordinal);

    // Each customer has a number A of its own; the label is the customer's.
    private static string Customers(int seed, int customers = 200)
    {
        // The customers are the same in every file.
        var known = new Random(7);
        var (a, y) = (new double[customers], new int[customers]);
        for (var c = 0; c < customers; c++)
        {
            (a[c], y[c]) = (known.NextDouble(), known.Next(2));
        }

        var random = new Random(seed);
        return "CUSTOMER,A,B,Y\n" + string.Concat(Enumerable.Range(0, 1200).Select(_ => random.Next(customers)).Select(c => string.Create(
            CultureInfo.InvariantCulture, $"c{c},{a[c]:0.00000},{random.NextDouble():0.000},{y[c]}\n")));
    }
}
