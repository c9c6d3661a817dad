using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.FeatureFile;
using MlOps.Storage;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>
/// Features of finished periods as Parquet: <c>features/{pipeline}/{period}/features.parquet</c> is the newest revision's, whole or not at all. The bytes of
/// every revision stay under the key of the step that made them, which the revision's manifest names.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="steps">Reads the files.</param>
public sealed class OfflineStore(StorageAccount account, StepRunner steps)
{
    private const string ParquetType = "application/vnd.apache.parquet";

    /// <summary>Name of a period's features in the container <c>features</c>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string FileName(PipelineName pipeline, Period period) => $"{pipeline}/{period}/features.parquet";

    /// <summary>Publishes a revision of a period's features.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    /// <param name="features">What the step made.</param>
    /// <param name="revision">Revision, from 1; an older one never takes the place of a newer one.</param>
    /// <param name="runId">The run that publishes.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task PublishAsync(
        PipelineName pipeline, Period period, FeatureFileResult features, int revision, RunId runId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        await using var file = await steps.OpenAsync(pipeline, features.RequireKey(), FeatureFileStep.FileOutput, cancellation);
        await RevisionedBlob.PutAsync(
            account.Features.GetBlobClient(FileName(pipeline, period)), file, ParquetType, new PublishedRevision(revision, runId.Value) { Content = features.Sha256 }, cancellation: cancellation);
    }
}
