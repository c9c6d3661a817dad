using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Compare;

namespace MlOps.Pipeline.Registry;

/// <summary>The gate: compares a run's model with the champion of the period before and records the decision, once.</summary>
public sealed class Promotion
{
    private readonly CompareStep _compare;
    private readonly ModelRegistry _models;
    private readonly AliasStore _aliases;

    internal Promotion(CompareStep compare, ModelRegistry models, AliasStore aliases)
    {
        _compare = compare;
        _models = models;
        _aliases = aliases;
    }

    /// <summary>Decides; asking again with the same run and model gives the same decision.</summary>
    /// <param name="input">The run's model.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<PromoteResult> DecideAsync(PromoteInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var aliases = await _aliases.ReadAsync(pipeline, cancellation);
        var decided = aliases.History.LastOrDefault(r => IsOf(r, input));
        var champion = decided is null ? aliases.Before(input.Period) : decided.Previous;
        var verdict = await _compare.RunAsync(
            new CompareInput(input.RunId, input.Pipeline, input.DefinitionHash, input.Challenger, champion), cancellation);
        if (verdict.Promote && input.Incidents.Count > 0 && await _compare.HoldsAsync(pipeline, input.DefinitionHash, cancellation))
        {
            verdict = verdict with { Promote = false, Reason = $"the period's data have an incident, and nothing is promoted on broken data: {input.Incidents[0].Message}" };
        }

        // Without any champion there must still be predictions; a model that was refused makes them and is nobody's champion.
        var chosen = verdict.Promote || champion is null ? input.Challenger : champion;
        if (decided is null)
        {
            await _aliases.UpdateAsync(
                pipeline,
                now => now.History.Any(r => IsOf(r, input)) ? now : now.With(new Release(
                    _aliases.Now, input.Period, verdict.Promote ? input.Challenger : champion, champion, input.Challenger, input.RunId,
                    $"{(verdict.Promote ? "promoted" : "refused")}: {verdict.Reason}", verdict.RequireKey())),
                cancellation);
        }

        var version = await _models.RequireAsync(pipeline, chosen, cancellation);
        return new PromoteResult(
            version.Version, verdict.Promote, champion, version.AccumulateKey, version.TrainKey, version.EvaluateKey, verdict);
    }

    private static bool IsOf(Release release, PromoteInput input) =>
        release.Mover == input.RunId && release.Challenger == input.Challenger && release.Period == input.Period;
}
