using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Promote;

/// <summary>How long a model took to score a row.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Rows">Rows of the batch.</param>
/// <param name="MillisecondsPerRow">Median over the repetitions: transform and prediction, on one thread.</param>
/// <param name="MeasuredAt">When.</param>
public sealed record LatencyRecord(string Version, int Rows, double MillisecondsPerRow, DateTimeOffset MeasuredAt);

/// <summary>
/// Measures a version's scoring time once and keeps it as <c>models/{version}/latency.json</c>. A measured time is in no step and in no
/// content key: whoever decides later decides from the record, and so decides alike.
/// </summary>
internal sealed class LatencyBook(StepContext context, ModelRegistry models, TimeProvider time)
{
    private const int RowsMax = 1000;
    private const int Repetitions = 7;

    /// <summary>The version's record; measured now where there is none.</summary>
    public async Task<LatencyRecord> OfAsync(PipelineName pipeline, string version, CancellationToken cancellation)
    {
        var descriptor = await models.RequireAsync(pipeline, version, cancellation);
        var blob = context.Account.Artifacts.GetBlobClient($"{pipeline}/models/{RunId.Parse(version)}/latency.json");
        try
        {
            return await ReadAsync();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            var measured = await MeasureAsync(pipeline, descriptor, cancellation);
            try
            {
                await blob.UploadAsync(
                    new BinaryData(JsonSerializer.SerializeToUtf8Bytes(measured, ArtifactJson.Indented)),
                    new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                    cancellation);
            }
            catch (RequestFailedException busy) when (busy.Status is 409 or 412)
            {
                // Measured by another at the same time: the first record stands.
            }

            return await ReadAsync();
        }

        async Task<LatencyRecord> ReadAsync() => JsonSerializer.Deserialize<LatencyRecord>(
            (await blob.DownloadContentAsync(cancellation)).Value.Content.ToMemory().Span, ArtifactJson.Compact)!;
    }

    private async Task<LatencyRecord> MeasureAsync(PipelineName pipeline, ModelVersion version, CancellationToken cancellation)
    {
        var history = await HistoryRows.OpenAsync(context, pipeline, version.AccumulateKey, cancellation);
        var model = await TrainedModel.OpenAsync(context, pipeline, version.TrainKey, cancellation);
        int[] rows = StepContext.AllRows(Math.Min(RowsMax, history.Table.RowCount));
        var seconds = new double[Repetitions];
        // One round ahead of those that count, so that no code is compiled while the clock runs.
        for (var i = -1; i < Repetitions; i++)
        {
            var began = time.GetTimestamp();
            model.Predict(TransformApply.Apply(history.Transform, history.Table, rows), threads: 1);
            if (i >= 0)
            {
                seconds[i] = time.GetElapsedTime(began).TotalSeconds;
            }
        }

        Array.Sort(seconds);
        return new LatencyRecord(version.Version, rows.Length, seconds[Repetitions / 2] * 1000 / Math.Max(1, rows.Length), time.GetUtcNow());
    }
}
