using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.FeatureFile;
using MlOps.Storage;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>Where the features that a period was predicted from are kept.</summary>
/// <param name="Sha256">SHA-256 of the file.</param>
/// <param name="Step">Key of the step that holds it, under <c>artifacts/{pipeline}/steps/</c>: each revision's bytes stay there.</param>
public sealed record KeptFeatures(string Sha256, string Step);

/// <summary>Publishes the features of a run's period where the definition asks for it. Everything here may be done again, and ends the same.</summary>
/// <param name="definitions">Pinned definitions.</param>
/// <param name="step">Makes the file.</param>
/// <param name="steps">Reads it.</param>
/// <param name="offline">Files by period.</param>
/// <param name="online">Rows by id.</param>
public sealed class FeaturePublication(DefinitionStore definitions, FeatureFileStep step, StepRunner steps, OfflineStore offline, OnlineStore online)
{
    /// <summary>Makes the period's feature file, normally a matter of moments: its rows are there.</summary>
    /// <param name="input">The period's file.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The file, or <see langword="null"/> where the definition asks for none.</returns>
    public async Task<FeatureFileResult?> PrepareAsync(FeatureFileInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        return await SettingsAsync(input, cancellation) is null ? null : await step.RunAsync(input, cancellation);
    }

    /// <summary>Puts the features where they are asked for: offline those of the period and of the history's first file, then online those of the period.</summary>
    /// <param name="input">The period's file.</param>
    /// <param name="features">What <see cref="PrepareAsync"/> made.</param>
    /// <param name="revision">Revision of the publication.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task PublishAsync(FeatureFileInput input, FeatureFileResult features, int revision, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(features);
        if (await SettingsAsync(input, cancellation) is not { } settings)
        {
            return;
        }

        var (pipeline, period, run) = (PipelineName.Parse(input.Pipeline), Period.Parse(input.Drop.Period), RunId.Parse(input.RunId));
        if (settings.Offline)
        {
            var history = await step.RunAsync(input with { Drop = input.Initial }, cancellation);
            await offline.PublishAsync(pipeline, Period.Parse(input.Initial.Period), history, input.Initial.Revision, run, cancellation);
            await offline.PublishAsync(pipeline, period, features, revision, run, cancellation);
        }

        if (settings.Online)
        {
            await using var file = await steps.OpenAsync(pipeline, features.RequireKey(), FeatureFileStep.FileOutput, cancellation);
            await online.PublishAsync(pipeline, period, features.Sha256, file, revision, settings.Keep, cancellation);
        }
    }

    private async Task<FeatureStoreSettings?> SettingsAsync(FeatureFileInput input, CancellationToken cancellation) =>
        (await definitions.LoadAsync(PipelineName.Parse(input.Pipeline), input.DefinitionHash, cancellation)).FeatureStore;
}
