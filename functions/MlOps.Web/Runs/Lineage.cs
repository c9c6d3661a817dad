using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Azure;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Web.Runs;

/// <summary>From a prediction back to all that it was made of, and from a file forward to the predictions that it is in.</summary>
public sealed class Lineage(StorageAccount account)
{
    private readonly RunHistory runs = new(account);

    /// <summary>What one row of a period's newest predictions was made of.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    /// <param name="id">Id of the row, as the file spells it; its number from 1 where the pipeline has no ids.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="NotFoundException">There are no predictions of the period, or no such row in them.</exception>
    public async Task<RowOrigin> OfRowAsync(PipelineName pipeline, Period period, string id, CancellationToken cancellation)
    {
        var manifest = await runs.ManifestAsync(pipeline, period, cancellation)
            ?? throw new NotFoundException(Sentence.Of("missing-predictions", ("pipeline", pipeline), ("period", period)));
        var definition = await new DefinitionStore(account).LoadAsync(pipeline, manifest.DefinitionHash, cancellation);

        // The revision that the manifest names is kept under its run; the output container may have a newer one by now.
        var output = definition.Output;
        var predictions = await TableAsync($"{pipeline}/runs/{manifest.RunId}/predictions.csv", new CsvReadOptions { Delimiter = ',', Quote = '"', Encoding = "utf-8", MissingMarkers = [""], Columns = [output.Id, output.Score], Kinds = Texts(output.Id, output.Score) }, cancellation);
        var row = RowOf(predictions, output.Id, id)
            ?? throw new NotFoundException(Sentence.Of("missing-row", ("pipeline", pipeline), ("period", period), ("column", output.Id), ("id", id)));

        long line;
        if (definition.Id is { } column && KeptDrop.Extension(manifest.Drop.BlobName) == KeptDrop.Table)
        {
            var csv = definition.Csv;
            var options = new CsvReadOptions { Delimiter = csv.Delimiter, Quote = csv.Quote, Encoding = csv.Encoding, MissingMarkers = [""], ComposeNames = true, Columns = [column], Kinds = Texts(column) };
            var file = await TableAsync(KeptDrop.NameOf(pipeline, manifest.Drop.BlobName, manifest.Drop.Sha256), options, cancellation);
            if (file.Find(column) is null)
            {
                // Written with a delimiter of its own.
                file = await TableAsync(KeptDrop.NameOf(pipeline, manifest.Drop.BlobName, manifest.Drop.Sha256), options with { Delimiter = null }, cancellation);
            }

            line = RowOf(file, column, id) is { } at ? file.LineNumbers[at] : 0;
        }
        else
        {
            line = 0;
        }

        // The champion may have been trained under another definition than the run that it predicts for.
        var model = await runs.ModelAsync(pipeline, manifest.ModelVersion, cancellation);
        var learned = model is null ? definition : await new DefinitionStore(account).LoadAsync(pipeline, model.DefinitionHash, cancellation);
        return new RowOrigin(
            id, predictions[output.Score].Text(row) ?? "", manifest.Predictions, predictions.LineNumbers[row], manifest.Revision, manifest.AsOf, manifest.RunId,
            manifest.Drop, line, manifest.ModelVersion, manifest.ModelSha256, manifest.History,
            $"artifacts/{pipeline}/steps/{manifest.Promotion.AccumulateKey}/schema.json",
            manifest.DefinitionHash, learned.Split.Seed, manifest.Parameters, manifest.CodeVersion);
    }

    /// <summary>Which published predictions a file is in, every revision, in order of time.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="file">Name such as <c>20201001.csv</c> (all its revisions), or the SHA-256 of its bytes.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<FileUse>> OfFileAsync(PipelineName pipeline, string file, CancellationToken cancellation)
    {
        var uses = new List<FileUse>();
        await foreach (var blob in account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{pipeline}/runs/" }, cancellationToken: cancellation))
        {
            if (!blob.Name.EndsWith("/manifest.json", StringComparison.Ordinal))
            {
                continue;
            }

            var content = await account.Artifacts.GetBlobClient(blob.Name).DownloadContentAsync(cancellation);
            var manifest = await runs.OfModelAsync(pipeline, JsonSerializer.Deserialize<Manifest>(content.Value.Content, ArtifactJson.Compact)!, cancellation);
            uses.AddRange(manifest.History.Where(Is).Select(d => Use(manifest, d, "trained on")));
            if (Is(manifest.Drop))
            {
                uses.Add(Use(manifest, manifest.Drop, "predicted"));
            }

            // Each earlier drop is joined with some of the drop's side files.
            uses.AddRange((manifest.Drop.Sides ?? []).Where(s => s.Sha256 == file || s.BlobName == $"{pipeline}/{file}").Select(s => Use(manifest, s.Revision, s.Sha256, "joined")));
        }

        return [.. uses.OrderBy(u => u.AsOf).ThenBy(u => u.Period, StringComparer.Ordinal)];

        bool Is(PinnedDrop drop) => drop.Sha256 == file || drop.BlobName == $"{pipeline}/{file}";
    }

    private static FileUse Use(Manifest manifest, PinnedDrop drop, string use) => Use(manifest, drop.Revision, drop.Sha256, use);

    private static FileUse Use(Manifest manifest, int revision, string sha256, string use) =>
        new(manifest.Predictions, manifest.Period, manifest.Revision, manifest.AsOf, manifest.RunId, manifest.ModelVersion, use, revision, sha256);

    private static Dictionary<string, ColumnKind> Texts(params string[] names) => names.Distinct(StringComparer.Ordinal).ToDictionary(n => n, _ => ColumnKind.Text, StringComparer.Ordinal);

    private static int? RowOf(Table table, string column, string id)
    {
        var ids = table[column];
        for (var row = 0; row < table.RowCount; row++)
        {
            if (ids.Text(row) == id)
            {
                return row;
            }
        }

        return null;
    }

    private async Task<Table> TableAsync(string name, CsvReadOptions options, CancellationToken cancellation)
    {
        try
        {
            await using var file = await account.Artifacts.GetBlobClient(name).OpenReadAsync(cancellationToken: cancellation);
            return CsvFile.ReadTable(file, options, cancellation).Table;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new NotFoundException(Sentence.Of("missing-artifact", ("name", name)));
        }
    }
}

/// <summary>What a row of predictions was made of.</summary>
/// <param name="Id">Id of the row.</param>
/// <param name="Score">Its score as published.</param>
/// <param name="Predictions">File in the output container.</param>
/// <param name="PredictionsLine">Line in it, from 1.</param>
/// <param name="Revision">Revision of the predictions.</param>
/// <param name="AsOf">When they were published.</param>
/// <param name="RunId">The run that made them.</param>
/// <param name="File">The file that was predicted.</param>
/// <param name="FileLine">Line of the row in it, from 1; 0 where rows have no ids or are pictures, or the row came back from the quarantine.</param>
/// <param name="ModelVersion">Version of the model.</param>
/// <param name="ModelSha256">SHA-256 of the model.</param>
/// <param name="TrainedOn">Files that the model learned from, in order.</param>
/// <param name="Schema">Where the schema of the columns is.</param>
/// <param name="DefinitionHash">Hash of the definition.</param>
/// <param name="Seed">Seed of the split under which the model was trained.</param>
/// <param name="Parameters">Parameters of the learner, its seeds among them.</param>
/// <param name="CodeVersion">Version of this product.</param>
public sealed record RowOrigin(
    string Id, string Score, string Predictions, long PredictionsLine, int Revision, DateTimeOffset AsOf, string RunId, PinnedDrop File, long FileLine,
    string ModelVersion, string ModelSha256, IReadOnlyList<PinnedDrop> TrainedOn, string Schema, string DefinitionHash, int Seed,
    IReadOnlyDictionary<string, string> Parameters, string CodeVersion);

/// <summary>One use of a file.</summary>
/// <param name="Predictions">File in the output container.</param>
/// <param name="Period">Its period.</param>
/// <param name="Revision">Revision of the predictions.</param>
/// <param name="AsOf">When they were published.</param>
/// <param name="RunId">The run that made them.</param>
/// <param name="ModelVersion">Version of the model.</param>
/// <param name="Use"><c>predicted</c>, <c>trained on</c>, or <c>joined</c> of a file of a side table.</param>
/// <param name="FileRevision">Revision of the file.</param>
/// <param name="FileSha256">SHA-256 of the file.</param>
public sealed record FileUse(
    string Predictions, string Period, int Revision, DateTimeOffset AsOf, string RunId, string ModelVersion, string Use, int FileRevision, string FileSha256);
