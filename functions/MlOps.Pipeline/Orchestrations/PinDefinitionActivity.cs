using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Pins the definition that a run goes by; takes the pipeline's name.</summary>
/// <param name="definitions">Definitions.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(PinDefinitionActivity))]
public sealed class PinDefinitionActivity(DefinitionStore definitions, ActivityStop stopping) : TaskActivity<string, DefinitionFacts>
{
    /// <inheritdoc/>
    public override async Task<DefinitionFacts> RunAsync(TaskActivityContext context, string input)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            var definition = await definitions.PinAsync(PipelineName.Parse(input), stopping.Token);
            return definition is null
                ? None(null)
                : new DefinitionFacts(definition.Hash, null, definition.WaitForInitial, definition.Restate, definition.Model, definition.Models.Compare, definition.StepTimeout, !definition.Retrain.Always)
                {
                    Sources = definition.Sources?.Select(s => s.Name).ToList(),
                    Required = definition.Sources?.Where(s => s.Required).Select(s => s.Name).ToList() is { Count: > 0 } required ? required : null,
                };
        }
        catch (DefinitionException e)
        {
            return None(e.Message);
        }
    }

    private static DefinitionFacts None(string? problem) =>
        new(null, problem, TimeSpan.Zero, Restate: true, new Dictionary<string, string>(), []);
}
