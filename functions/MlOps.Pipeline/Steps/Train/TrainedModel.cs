using MlOps.Learning.Catalog;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>The model that a train step made, whatever learner it is of.</summary>
internal static class TrainedModel
{
    /// <summary>SHA-256 of the model, for the key of a step that reads it.</summary>
    public static async Task<string> HashAsync(StepContext context, PipelineName pipeline, string trainKey, CancellationToken cancellation) =>
        Output(await context.Runner.ReadRecordAsync(pipeline, trainKey, cancellation)).Sha256;

    /// <summary>Reads the model.</summary>
    public static async Task<LearnedModel> OpenAsync(StepContext context, PipelineName pipeline, string trainKey, CancellationToken cancellation)
    {
        var name = Output(await context.Runner.ReadRecordAsync(pipeline, trainKey, cancellation)).Name;
        await using var stream = await context.Runner.OpenAsync(pipeline, trainKey, name, cancellation);
        return ModelFile.Load(stream);
    }

    // A record without a zip is asked for the text, which says what is missing where there is none.
    private static StepOutput Output(StepRecord record) => record.Outputs.FirstOrDefault(o => o.Name == ModelFiles.Zip) ?? record.Output(ModelFiles.Text);
}
