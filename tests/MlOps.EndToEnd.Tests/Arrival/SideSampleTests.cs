using MlOps.Cli.Sample;
using MlOps.Pipeline.Definitions;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary><c>mlops sample --side</c>: a side table from which there is something to learn, and from which the label could be stolen.</summary>
public sealed class SideSampleTests(AzuriteFixture azurite)
{
    // One training, no search: the gain is the side table's.
    private const string Once = "model: {learning_rate: 0.1, num_iterations: 200, early_stopping_round: 20, num_leaves: 15}\n";

    [Fact]
    public async Task The_side_table_of_the_sample_raises_the_test_auc_as_far_as_its_generator_allows_and_no_further()
    {
        using var folder = new TemporaryFolder();
        var files = CreditDefaultCase.Write(folder.Path, 12_000, 3, side: true, TestContext.Current.CancellationToken);
        var (possible, possibleWithout) = (files[0].TrueAuc!.Value, files[0].TrueAucWithoutSide!.Value);
        Assert.True(possible - possibleWithout > 0.05, $"the generator allows {possible} with the side table and {possibleWithout} without it");

        var definition = string.Concat(CreditDefaultCase.Definition().Split("# Ten trials")[0], Once);
        var with = await TestAucAsync(folder.Path, definition + BureauReports.Definition, side: true);
        var without = await TestAucAsync(folder.Path, definition + "exclude: [APPLICATION_DATE]\n", side: false);

        // The reports tell of an applicant's discipline with noise, and a tenth of the applicants have none: not all that is possible can be had.
        Assert.True(with - without > 0.4 * (possible - possibleWithout), $"test AUC {with} with the side table and {without} without it, of {possible} and {possibleWithout} that are possible");
        // The standard error of the AUC of 2,400 rows, some 300 of them positive, is 0.015.
        Assert.True(with < possible + 0.03, $"test AUC {with} is above {possible}: a report of after an application was seen");
    }

    [Fact]
    public void The_sample_without_a_side_table_has_the_same_bytes_as_ever_and_with_it_a_definition_that_can_be_read()
    {
        using var folder = new TemporaryFolder();
        CreditDefaultCase.Write(folder["plain"], 60, 1, CancellationToken.None);
        CreditDefaultCase.Write(folder["side"], 60, 1, side: true, CancellationToken.None);
        Assert.False(Directory.Exists(Path.Combine(folder["plain"], "bureau")));
        Assert.DoesNotContain("APPLICATION_DATE", File.ReadAllText(Path.Combine(folder["plain"], "initial.csv")), StringComparison.Ordinal);
        var definition = PipelineDefinition.Parse(File.ReadAllText(Path.Combine(folder["side"], "credit-default.yaml")), "credit-default.yaml");
        Assert.Equal("bureau", Assert.Single(definition.Sources!).Name);
        Assert.Equal(5, Directory.GetFiles(Path.Combine(folder["side"], "bureau"), "*.csv").Length);
    }

    private async Task<double> TestAucAsync(string folder, string definition, bool side)
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: definition);
        foreach (var period in new[] { "initial", "20201001" })
        {
            if (side)
            {
                await system.DropAsync($"bureau/{period}", await File.ReadAllBytesAsync(Path.Combine(folder, "bureau", period + ".csv")));
            }

            await system.DropAsync(period, await File.ReadAllBytesAsync(Path.Combine(folder, period + ".csv")));
        }

        await system.SettledAsync("initial", "20201001");
        return (await system.ManifestAsync("20201001")).Metrics["test"]["auc"];
    }
}
