using System.Text.Json.Serialization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tuning;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>A run for people to read: <c>artifacts/{pipeline}/runs/{runId}/run.json</c>.</summary>
public sealed record RunDocument
{
    /// <summary>Id of the run and of its orchestration instance.</summary>
    public required string RunId { get; init; }

    /// <summary>Pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary><c>initial</c> or <c>yyyyMMdd</c>.</summary>
    public required string Period { get; init; }

    /// <summary>Name of the file in the input container.</summary>
    public required string File { get; init; }

    /// <summary>ETag of the version that the run is for.</summary>
    public required string ETag { get; init; }

    /// <summary>SHA-256 of the file; <see langword="null"/> where it was not read.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Revision of the period's file; 0 where it was not read.</summary>
    public int Revision { get; init; }

    /// <summary>Why the run was started.</summary>
    public RunKind Kind { get; init; }

    /// <summary>The run that it repeats.</summary>
    public string? Parent { get; init; }

    /// <summary>Where it stands.</summary>
    public RunState State { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The same as a code with arguments; <see langword="null"/> where there is none.</summary>
    public Sentence? Said { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Hash of the pinned definition.</summary>
    public string? DefinitionHash { get; init; }

    /// <summary>Data rows of the file, once validated.</summary>
    public long Rows { get; init; }

    /// <summary>What validation and later steps found odd.</summary>
    public IReadOnlyList<Finding> Warnings { get; init; } = [];

    /// <summary>The first errors of a refused file.</summary>
    public IReadOnlyList<Finding> Errors { get; init; } = [];

    /// <summary>Number of errors of a refused file.</summary>
    public long ErrorCount { get; init; }

    /// <summary>Where a refused file is kept, in the rejected container.</summary>
    public string? RejectedFile { get; init; }

    /// <summary>The data that the model was trained on.</summary>
    public IReadOnlyList<PinnedDrop> History { get; init; } = [];

    /// <summary>Files of side tables that the drop was joined with; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PinnedSide>? Sides { get; init; }

    /// <summary>Hash of that data and of the file.</summary>
    public string? HistoryHash { get; init; }

    /// <summary>How each step came to its result, in order.</summary>
    public IReadOnlyList<StepOutcome> Steps { get; init; } = [];

    /// <summary>W3C trace context: that of the event, or one that follows from the run's id.</summary>
    public string? TraceParent { get; init; }

    /// <summary>How each trial's training came to its result, in the order of the trials.</summary>
    public IReadOnlyList<StepOutcome> TrialSteps { get; init; } = [];

    /// <summary>Trials of the search for parameters, in order; empty where the definition asks for none.</summary>
    public IReadOnlyList<TrialRecord> Trials { get; init; } = [];

    /// <summary>Why the search for parameters ended.</summary>
    public string? SearchEnded { get; init; }

    /// <summary>The same as a sentence; <see langword="null"/> in documents of before it was one.</summary>
    public Sentence? SearchEndedSaid { get; init; }

    /// <summary>The run's models in order; all metrics are in the step's <c>leaderboard.json</c>.</summary>
    public LeaderboardResult? Leaderboard { get; init; }

    /// <summary>
    /// Metrics of the model that predicted (<see cref="ModelVersion"/>), by part and name: <c>train</c>, <c>valid</c> and <c>test</c> as it was measured when it was
    /// trained, and <c>drop</c> on this file where it carries labels.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, double>>();

    /// <summary>
    /// How good the predictions can be expected to be, by how earlier periods turned out: what to tell before the metrics of random rows of the past.
    /// <see langword="null"/> where nothing was predicted.
    /// </summary>
    public ExpectedQuality? Expected { get; init; }

    /// <summary>
    /// How periods of the history came out when each was predicted from what came before it, and how a model is to learn by that; <see langword="null"/> where the definition
    /// asks nothing of them.
    /// </summary>
    public RollingBacktest? Backtests { get; init; }

    /// <summary>The model that the run trained, where another one predicted.</summary>
    public TrainedModel? Challenger { get; init; }

    /// <summary>SHA-256 of the model.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Version of the model in the registry.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>Whether the period trained a model and why; <see langword="null"/> where the definition trains in every period.</summary>
    public string? Training { get; init; }

    /// <summary>Which model predicted, and why.</summary>
    public PromoteResult? Promotion { get; init; }

    /// <summary>Drift, data incidents and alerts of the period, in short.</summary>
    public MonitorResult? Monitor { get; init; }

    /// <summary>SHA-256 of the predictions.</summary>
    public string? PredictionsSha256 { get; init; }

    /// <summary>Revision of the predictions; 0 where none were published.</summary>
    public int PredictionRevision { get; init; }

    /// <summary>Names of the published files in the output container.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>What the run did and waited for, in order of time.</summary>
    public IReadOnlyList<RunLogEntry> Log { get; init; } = [];

    /// <summary>The step that failed.</summary>
    public string? FailedStep { get; init; }

    /// <summary>Why it failed, in a sentence.</summary>
    public string? Cause { get; init; }

    /// <summary>The same as a code with arguments; <see langword="null"/> where there is none.</summary>
    public Sentence? CauseSaid { get; init; }
}

/// <summary>A model that a run trained and that does not predict.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Metrics">Its metrics by part and name, on the parts of its own history.</param>
public sealed record TrainedModel(string Version, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics);

/// <summary>One line of a run's log.</summary>
/// <param name="Time">When it began.</param>
/// <param name="Text">What began.</param>
public sealed record RunLogEntry(DateTimeOffset Time, string Text);

/// <summary>The run documents in the account.</summary>
/// <param name="account">The account.</param>
public sealed class RunDocuments(StorageAccount account)
{
    /// <summary>Writes a run's document.</summary>
    /// <param name="document">The run.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task WriteAsync(RunDocument document, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        var name = Name(PipelineName.Parse(document.Pipeline), RunId.Parse(document.RunId));
        await account.Artifacts.GetBlobClient(name).UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(document, ArtifactJson.Indented)),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
            cancellation);
    }

    /// <summary>Reads a run's document; <see langword="null"/> where there is none.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">Id of the run.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<RunDocument?> ReadAsync(PipelineName pipeline, RunId runId, CancellationToken cancellation = default)
    {
        try
        {
            var content = await account.Artifacts.GetBlobClient(Name(pipeline, runId)).DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize<RunDocument>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static string Name(PipelineName pipeline, RunId runId) => $"{pipeline}/runs/{runId}/run.json";
}
