using System.Text.Json;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// What a run's steps took and about what that costs: <c>artifacts/{pipeline}/runs/{runId}/cost.json</c>. It stands beside the run's
/// outputs and in none of them, because it differs each time. Bookkeeping between the steps, a few dozen operations, is not in it.
/// </summary>
/// <param name="RunId">Id of the run.</param>
/// <param name="ComputeSeconds">Seconds of its steps and trials, added up; steps that ran side by side in one instance count each.</param>
/// <param name="Steps">Steps and trials that ran; skipped ones took their time too, but made nothing.</param>
/// <param name="Skipped">Steps and trials that were done before.</param>
/// <param name="StorageOperations">Requests to the storage account.</param>
/// <param name="BytesRead">Bytes read from it.</param>
/// <param name="BytesWritten">Bytes written to it.</param>
/// <param name="InstanceGigabytes">Memory of an instance that the estimate assumes.</param>
/// <param name="DollarsPerGigabyteSecond">Price of compute that it assumes.</param>
/// <param name="DollarsPer10000Operations">Price of storage operations that it assumes: that of writing, the dearest.</param>
public sealed record RunCost(
    string RunId, double ComputeSeconds, int Steps, int Skipped, long StorageOperations, long BytesRead, long BytesWritten,
    double InstanceGigabytes = 4, double DollarsPerGigabyteSecond = 0.000026, double DollarsPer10000Operations = 0.0675)
{
    /// <summary>The estimate in US dollars, list prices.</summary>
    public double EstimatedDollars =>
        (ComputeSeconds * InstanceGigabytes * DollarsPerGigabyteSecond) + (StorageOperations * DollarsPer10000Operations / 10_000);

    /// <summary>Adds up a run.</summary>
    /// <param name="run">The run as it ended.</param>
    public static RunCost Of(RunDocument run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var steps = run.Steps.Concat(run.TrialSteps).ToArray();
        return new RunCost(
            run.RunId, Math.Round(steps.Sum(s => s.Seconds), 3), steps.Count(s => !s.Skipped), steps.Count(s => s.Skipped),
            steps.Sum(s => s.Usage?.Operations ?? 0), steps.Sum(s => s.Usage?.BytesRead ?? 0), steps.Sum(s => s.Usage?.BytesWritten ?? 0));
    }

    /// <summary>Writes it beside the run's document.</summary>
    /// <param name="account">The account.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task WriteAsync(StorageAccount account, PipelineName pipeline, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        await account.Artifacts.GetBlobClient($"{pipeline}/runs/{Storage.RunId.Parse(RunId)}/cost.json").UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(this, ArtifactJson.Indented)),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
            cancellation);
    }
}
