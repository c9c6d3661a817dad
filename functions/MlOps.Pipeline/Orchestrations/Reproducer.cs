using Microsoft.Extensions.DependencyInjection;
using System.Text.Json;
using Azure;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Whether a past run could be repeated to the bit.</summary>
/// <param name="RunId">The run.</param>
/// <param name="IsSame">Whether model and predictions have the same bytes.</param>
/// <param name="Difference">The first thing that differs, in a sentence; <see langword="null"/> where nothing does.</param>
/// <param name="ModelSha256">SHA-256 of the model that was made now; <see langword="null"/> where an input differs already.</param>
/// <param name="PredictionsSha256">SHA-256 of the predictions that were made now.</param>
public sealed record Reproduction(string RunId, bool IsSame, string? Difference, string? ModelSha256, string? PredictionsSha256);

/// <summary>
/// Proves that a past run gives the same model and predictions again: it checks the inputs that the run pinned, does every step anew
/// in a container of its own, where nothing is done yet, and compares. The container is removed afterwards.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="documents">Run documents.</param>
/// <param name="runner">Reads the steps of the run.</param>
/// <param name="options">What the steps may use of the machine.</param>
/// <param name="loggers">Gets the steps' lines.</param>
public sealed class Reproducer(StorageAccount account, RunDocuments documents, StepRunner runner, StepOptions options, ILoggerFactory loggers)
{
    /// <summary>Repeats a run and compares.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="SteeringException">There is no such run, or it made no predictions.</exception>
    public async Task<Reproduction> RunAsync(PipelineName pipeline, RunId runId, CancellationToken cancellation = default)
    {
        var run = await documents.ReadAsync(pipeline, runId, cancellation)
            ?? throw new SteeringException(Sentence.Of("steer-no-run", ("pipeline", pipeline), ("run", runId)));
        if (run.PredictionsSha256 is null || run.DefinitionHash is null || run.History.Count == 0)
        {
            throw new SteeringException(Sentence.Of("steer-no-predictions", ("run", runId), ("state", run.State.Said())));
        }

        var drop = new PinnedDrop(run.Period, run.File, run.ETag, run.Sha256!, run.Revision, run.Sides);
        var (learnt, trainedWith) = await ModelInputsAsync(runner, pipeline, run, drop, cancellation);
        var scratch = new StorageAccount(account.Service, $"reproduce-{ContentHash.OfJson(new[] { runId.Value, account.Artifacts.Name })[..12]}-");
        await scratch.Artifacts.CreateIfNotExistsAsync(cancellationToken: cancellation);
        try
        {
            var difference = await CopyInputsAsync(
                pipeline, [run.DefinitionHash, learnt.DefinitionHash], [.. learnt.History, learnt.Score, drop], scratch, cancellation);
            await using var steps = new ServiceCollection().AddSingleton(scratch).AddSingleton(options).AddSingleton(loggers).AddSteps().BuildServiceProvider();
            return difference is null
                ? await RepeatAsync(run, drop, learnt, trainedWith, steps, cancellation)
                : new Reproduction(runId.Value, false, difference, null, null);
        }
        finally
        {
            await scratch.Artifacts.DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
        }
    }

    private async Task<string?> CopyInputsAsync(
        PipelineName pipeline, IReadOnlyList<string> definitions, IReadOnlyList<PinnedDrop> drops, StorageAccount scratch, CancellationToken cancellation)
    {
        var inputs = drops.SelectMany(d => d.Files).Select(d => (Name: KeptDrop.NameOf(pipeline, d.BlobName, d.Sha256), d.Sha256, What: $"{d.BlobName} (revision {d.Revision})"))
            .Concat(definitions.Select(hash => (Name: $"{pipeline}/definitions/{hash}.yaml", Sha256: hash, What: "the definition")))
            .DistinctBy(i => i.Name);
        foreach (var (name, sha256, what) in inputs)
        {
            await using var file = TemporaryFile.Create();
            try
            {
                await account.Artifacts.GetBlobClient(name).DownloadToAsync(file, cancellation);
            }
            catch (RequestFailedException e) when (e.Status == 404)
            {
                return $"Input missing: {what} is no longer at artifacts/{name}.";
            }

            file.Position = 0;
            var actual = await ContentHash.OfAsync(file, cancellation);
            if (actual != sha256)
            {
                return $"Input changed: {what} at artifacts/{name} has the SHA-256 {actual}, and the run read {sha256}.";
            }

            file.Position = 0;
            await scratch.Artifacts.GetBlobClient(name).UploadAsync(file, overwrite: true, cancellation);
        }

        return null;
    }

    // The model that predicted may be an earlier run's: what it learned from, and with which parameters, is kept with its steps.
    private static async Task<(AccumulateInput Learnt, TrainInput? Trained)> ModelInputsAsync(
        StepRunner runner, PipelineName pipeline, RunDocument run, PinnedDrop drop, CancellationToken cancellation)
    {
        if (run.Promotion is not { } model)
        {
            return (new AccumulateInput(run.RunId, run.Pipeline, run.DefinitionHash!, run.Period, run.History, drop), null);
        }

        var accumulate = await runner.ReadRecordAsync(pipeline, model.AccumulateKey, cancellation);
        var train = await runner.ReadRecordAsync(pipeline, model.TrainKey, cancellation);
        return (
            accumulate.Request.Deserialize<AccumulateInput>(ArtifactJson.Compact)!,
            train.Request.Deserialize<TrainInput>(ArtifactJson.Compact)!);
    }

    private static async Task<Reproduction> RepeatAsync(
        RunDocument run, PinnedDrop drop, AccumulateInput learnt, TrainInput? model, IServiceProvider steps, CancellationToken cancellation)
    {
        var (id, pipeline, definition) = (run.RunId, run.Pipeline, run.DefinitionHash!);
        var accumulated = await steps.GetRequiredService<AccumulateStep>().RunAsync(learnt, cancellation);
        var data = accumulated.RequireKey();
        var scoring = await steps.GetRequiredService<FeaturizeStep>().RunAsync(
            new FeaturizeInput(id, pipeline, definition, "score", data, drop, run.History[0]), cancellation);
        var training = await steps.GetRequiredService<FeaturizeStep>().RunAsync(new FeaturizeInput(id, pipeline, learnt.DefinitionHash, "train", data), cancellation);
        var trained = await steps.GetRequiredService<TrainStep>().RunAsync(
            new TrainInput(id, pipeline, learnt.DefinitionHash, training.RequireKey(), model?.Parameters, model?.Learner, Others: model?.Others), cancellation);
        var evaluated = await steps.GetRequiredService<EvaluateStep>().RunAsync(
            new EvaluateInput(id, pipeline, learnt.DefinitionHash, data, trained.RequireKey()), cancellation);
        var predicted = await steps.GetRequiredService<PredictStep>().RunAsync(
            new PredictInput(id, pipeline, definition, drop.Period, scoring.RequireKey(), trained.RequireKey(), evaluated.RequireKey()), cancellation);

        var isSame = predicted.ModelSha256 == run.ModelSha256 && predicted.PredictionsSha256 == run.PredictionsSha256;
        return new Reproduction(
            id, isSame, isSame ? null : Explain(run, [accumulated, training, scoring, trained, evaluated, predicted]), predicted.ModelSha256, predicted.PredictionsSha256);
    }

    // The inputs are the same bytes, so the first step with another key was made by another version of the program.
    private static string Explain(RunDocument run, StepResult[] results)
    {
        foreach (var result in results)
        {
            var then = run.Steps.FirstOrDefault(s => s.Name == result.Step!.Name);
            if (then is not null && then.Key != result.Step!.Key)
            {
                return $"Step {then.Name} has another content key ({then.Key} then, {result.Step.Key} now): the program's version of it has changed since.";
            }
        }

        return "Every step had the same inputs and yet the bytes differ. Please report this as an error, with the run's document.";
    }
}
