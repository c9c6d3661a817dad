using System.Globalization;
using System.Text;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Pipeline.Wording;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Serving;

/// <summary>A request's cells are the same values as a file's, however another program writes them, and what differs is told.</summary>
public sealed class ServedNotationsTests(AzuriteFixture azurite)
{
    private const string Definition = "label: y\nid: ID\nmodel: {num_iterations: 20, num_leaves: 5, min_data_in_leaf: 5}\n";

    [Fact]
    public async Task True_scores_as_the_historys_yes_and_a_weight_in_grams_is_told()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", Csv(300));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20240101", Csv(40, 1000)), initial);
        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, TestContext.Current.CancellationToken);
        ScoredRows Score(string json) => served.Score(JsonRows.Read(Encoding.UTF8.GetBytes(json)), cancellation: TestContext.Current.CancellationToken);

        var written = Score("""[{"K": "yes", "W": "51.5 kg"}, {"K": "no", "W": "51.5 kg"}]""");
        var answered = Score("""[{"K": true, "W": 51.5}, {"K": false, "W": 51.5}]""");
        var grams = Score("""[{"K": true, "W": "51500 g"}]""");

        Assert.NotEqual(written.Scores[0], written.Scores[1]);
        Assert.Equal(written.Scores.ToArray(), answered.Scores.ToArray());
        Assert.Empty(answered.Warnings);
        var told = Assert.Single(grams.Warnings, w => w.Code == "other-unit");
        Assert.Equal(("W", "g", "kg"), (told.ColumnName, told.Said!.Arguments["unit"], told.Said.Arguments["usual"]));
        Assert.DoesNotContain(written.Warnings, w => w.Code == "other-unit");
    }

    [Fact]
    public async Task Ids_that_come_again_in_the_period_and_leave_too_few_rows_are_said_to_name_rows()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", Csv(60));

        var refused = await Assert.ThrowsAsync<StepRefusedException>(async () => await pipeline.RunAsync(await pipeline.DropAsync("20240101", Csv(59)), initial));

        var said = SaidException.Read(Assert.IsType<SaidException>(refused.InnerException).Message)!;
        Assert.Equal("too-few-rows-recur", said.Code);
        Assert.Contains("59 labelled rows were left out because their ids are to be predicted now: an id names one row. If it names a customer who comes again, put the period into it", refused.Message, StringComparison.Ordinal);
        Assert.Contains("このほかラベルのある 59 行は", Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }

    private static string Csv(int rows, int firstId = 1)
    {
        var text = new StringBuilder("ID,W,K,y\n");
        for (var i = 0; i < rows; i++)
        {
            var yes = i * 7 % 5 < 2;
            text.Append(CultureInfo.InvariantCulture, $"{firstId + i},{40 + (i * 13 % 30)}.5 kg,{(yes ? "yes" : "no")},{(yes == (i % 9 < 7) ? 1 : 0)}\n");
        }

        return text.ToString();
    }
}
