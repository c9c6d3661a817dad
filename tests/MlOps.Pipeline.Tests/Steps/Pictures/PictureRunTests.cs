using MlOps.Learning.Tests.Images;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps.Pictures;

/// <summary>Periods of pictures from the zip to the predictions.</summary>
public sealed class PictureRunTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Pictures_of_a_period_are_predicted_by_what_a_network_sees_in_those_of_the_history()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, PictureCase.Definition);
        var initial = await pipeline.DropAsync("initial", PictureCase.Zip(PictureCase.Pictures(80, 1), labelled: true), KeptDrop.Pictures);
        var bare = await pipeline.DropAsync("20201001", PictureCase.Zip(PictureCase.Pictures(24, 2)), KeptDrop.Pictures);
        var labelled = await pipeline.DropAsync("20201001", PictureCase.Zip(PictureCase.Pictures(24, 2), labelled: true), KeptDrop.Pictures);

        var accepted = await pipeline.ValidateAsync(initial);
        Assert.True(accepted.Accepted, string.Join('\n', accepted.Errors.Select(e => e.Message)));
        Assert.Empty(accepted.Warnings.Where(w => w.Code != "few-rows"));
        var first = await pipeline.RunAsync(bare, initial);
        var second = await pipeline.RunAsync(labelled, initial);

        var lines = (await pipeline.ReadAsync(first.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');
        Assert.Equal("ID,TARGET,SCORE", lines[0]);
        Assert.Equal(PictureCase.Pictures(24, 2).Select(p => p.Name), lines[1..].Select(l => l.Split(',')[0]));
        Assert.Equal(first.Predict.PredictionsSha256, second.Predict.PredictionsSha256);
        Assert.InRange(second.Predict.Metrics["auc"], 0.9, 1);
        Assert.InRange(first.Evaluate.Metrics["test"]["auc"], 0.85, 1);
    }

    [Fact]
    public async Task A_broken_picture_is_a_bad_row_with_its_reason_and_the_others_are_used()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, PictureCase.Definition);
        var files = PictureCase.Pictures(40, 1);
        files.Insert(0, ("broken.jpg", PictureBytes.Jpeg(64, 64)[..^200]));
        files.Add(("note.txt", "a note"u8.ToArray()));
        var drop = await pipeline.DropAsync("initial", PictureCase.Zip(files, labelled: true), KeptDrop.Pictures);

        var result = await pipeline.ValidateAsync(drop);

        Assert.True(result.Accepted, string.Join('\n', result.Errors.Select(e => e.Message)));
        Assert.Equal((40, 2), (result.Rows, result.QuarantinedRows));
        Assert.Contains(result.Warnings, w => w.Code == "quarantined-pictures" && w.Message.StartsWith("2 of 42 pictures cannot be used", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, w => w is { Code: "picture-truncated", Text: "broken.jpg" });
        Assert.Contains(result.Warnings, w => w is { Code: "picture-type", Text: "note.txt" });
        using var rows = new StringReader(await pipeline.ReadAsync(result.RequireKey(), "quarantine.csv"));
        var quarantine = await rows.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("picture-truncated", quarantine, StringComparison.Ordinal);
        Assert.DoesNotContain("embedding", quarantine, StringComparison.Ordinal);

        await pipeline.DefineAsync(PictureCase.Definition.Replace("quarantine: 0.2", "quarantine: 0.01", StringComparison.Ordinal));
        var refused = await pipeline.ValidateAsync(drop);
        Assert.False(refused.Accepted);
        Assert.Equal(["picture-truncated", "picture-type"], refused.Errors.Select(e => e.Code));
        Assert.Equal(42, refused.Rows);
    }

    [Fact]
    public async Task A_picture_is_looked_at_once_and_a_damaged_memory_of_it_is_made_anew()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, PictureCase.Definition);
        var pictures = PictureCase.Pictures(6, 1);
        var bare = await LookAsync(pipeline, PictureCase.Zip(pictures));
        var kept = await ListAsync(pipeline);
        Assert.Equal(6, kept.Count);

        // The same pictures with labels, in a folder, in another order: another file, and nothing is computed.
        var labelled = await LookAsync(pipeline, PictureCase.Zip(pictures, labelled: true, folder: "leaves/"));
        Assert.Equal(kept, await ListAsync(pipeline));
        Assert.Equal(Bare(await TableAsync(pipeline, labelled)), await TableAsync(pipeline, bare));

        // One byte of what is kept is changed: it is noticed, and the table is the same.
        await pipeline.CorruptAsync(kept.Keys.First());
        var third = await LookAsync(pipeline, PictureCase.Zip(pictures.AsEnumerable().Reverse()));
        Assert.Equal(await TableAsync(pipeline, bare), await TableAsync(pipeline, third));
        var again = await ListAsync(pipeline);
        Assert.Equal(kept.Keys, again.Keys);
        Assert.Single(again, e => e.Value != kept[e.Key]);
    }

    [Fact]
    public async Task One_thread_and_another_process_make_the_same_table()
    {
        var first = await TestPipeline.CreateAsync(azurite, PictureCase.Definition, new StepOptions(2));
        var second = await TestPipeline.CreateAsync(azurite, PictureCase.Definition, new StepOptions(1));
        var zip = PictureCase.Zip(PictureCase.Pictures(9, 3), labelled: true);
        var (a, b) = (await LookAsync(first, zip), await LookAsync(second, zip));
        Assert.Equal(a.RequireKey(), b.RequireKey());
        Assert.Equal(await TableAsync(first, a), await TableAsync(second, b));
    }

    private static async Task<PicturesResult> LookAsync(TestPipeline pipeline, byte[] zip)
    {
        var drop = await pipeline.DropAsync("20201001", zip, KeptDrop.Pictures);
        var result = await pipeline.Steps.Pictures.RunAsync(new PicturesInput("run", pipeline.DefinitionHash, new DropReference(TestPipeline.Name, drop.Period, drop.BlobName, drop.ETag), drop.Sha256));
        Assert.Null(result.Refusal);
        Assert.Empty(result.Unusable);
        return result;
    }

    private static Task<string> TableAsync(TestPipeline pipeline, PicturesResult result) => pipeline.ReadAsync(result.RequireKey(), PicturesStep.TableOutput);

    private static string Bare(string table) => string.Join('\n', table.Split('\n').Select(l => l.Split(',') is { Length: > 2 } cells ? string.Join(',', [cells[0], .. cells[2..]]) : l));

    private static async Task<SortedDictionary<string, string>> ListAsync(TestPipeline pipeline)
    {
        var kept = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await foreach (var blob in pipeline.Account.Artifacts.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"{TestPipeline.Name}/pictures/" }))
        {
            kept[blob.Name] = blob.Properties.ETag.ToString()!;
        }

        return kept;
    }
}
