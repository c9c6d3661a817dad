namespace MlOps.Tuning.Tests.Comparison;

/// <summary>
/// Against the recorded best values of Optuna 5 on the same objectives. The cheapest run here;
/// <c>dotnet run -c Release --project tests/MlOps.Benchmarks -- tuning</c> runs all six and prints the table.
/// </summary>
public sealed class ComparisonTests
{
    [Theory]
    [InlineData("branin2", 1)]
    [InlineData("branin2", 4)]
    [InlineData("sphere5", 4)]
    [InlineData("mixed4", 4)]
    public void Over_100_seeds_the_sampler_is_not_worse_than_Optuna_and_better_than_random(string objective, int waveSize)
    {
        var ours = OptunaComparison.Ours(objective, waveSize, Enumerable.Range(0, 100));
        for (var c = 2; c < OptunaComparison.Checkpoints.Length; c++)
        {
            double[] values = [.. ours.Select(row => row[c])];
            var worse = MannWhitney.Greater(values, OptunaComparison.Optuna(waveSize == 1 ? "tpe5" : "tpe5-b4", objective, c));
            var random = MannWhitney.Greater(OptunaComparison.Optuna("random", objective, c), values);
            Assert.True(worse > 0.05, $"{objective} after {OptunaComparison.Checkpoints[c]} trials: p = {worse} that ours is worse");
            Assert.True(random < 1e-3, $"{objective} after {OptunaComparison.Checkpoints[c]} trials: p = {random} that random is worse");
        }
    }

    [Fact]
    public void Without_results_to_learn_from_the_test_of_ranks_sees_no_difference()
    {
        Assert.Equal(0.5, MannWhitney.Greater([1, 1, 1], [1, 1, 1]));
        // 25 of 25 pairs are won: p = P(Z >= (25 - 12.5 - 0.5) / sqrt(25 * 11 / 12)).
        Assert.Equal(0.0061, MannWhitney.Greater([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]), 1e-4);
    }
}
