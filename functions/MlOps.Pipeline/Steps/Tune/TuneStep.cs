using System.Globalization;
using MlOps.Boosting.Settings;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Tune;

/// <summary>
/// Plans the search for parameters. A trial is a train step that judges its parameters, content-addressed like any other; the model is
/// trained once, with those of the best.
/// </summary>
public sealed class TuneStep
{
    private readonly StepContext _context;

    internal TuneStep(StepContext context) => _context = context;

    /// <summary>The next wave, from all trials so far: a pure function of the definition and their results.</summary>
    /// <param name="input">Trials so far.</param>
    /// <param name="cancellation">Stops the step.</param>
    public async Task<TuneResult> RunAsync(TuneInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var definition = await _context.Definitions.LoadAsync(PipelineName.Parse(input.Pipeline), input.DefinitionHash, cancellation);
        if (definition.Tune.Trials == 0)
        {
            return new TuneResult([], [], null, null, "the definition asks for no search") { Said = Sentence.Of("search-none") };
        }

        var study = Study(definition);
        var wave = StudyPlan.NextWave(study, input.Trials, TimeSpan.FromSeconds(input.Seconds));
        var best = StudyPlan.Best(study, input.Trials);
        return new TuneResult(
            wave.Trials, [.. wave.Trials.Select(t => Settings(t.Parameters))], best, best is null ? null : Settings(best.Parameters), wave.Stop,
            study.Pruner is not null,
            wave.Trials.Count > 0 ? null : Others(study, definition, input.Trials),
            definition.Tune.Trials) { Said = Ended(study, wave, input) };
    }

    private static Sentence? Ended(StudyDefinition study, Wave wave, TuneInput input) => wave.End switch
    {
        StudyEnd.Trials => Sentence.Of("search-trials", ("count", study.Budget.Trials!.Value)),
        StudyEnd.Work => Sentence.Of("search-work", ("limit", study.Budget.Work!.Value), ("work", input.Trials.Where(t => t.Wave < wave.Number).Sum(t => t.Work)), ("count", wave.Number)),
        StudyEnd.Time => Sentence.Of("search-time", ("limit", study.Budget.Time!.Value), ("elapsed", TimeSpan.FromSeconds(input.Seconds)), ("count", wave.Number)),
        StudyEnd.Grid => Sentence.Of("search-grid"),
        StudyEnd.WaveFull => Sentence.Of("search-wave"),
        _ => null,
    };

    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Others(StudyDefinition study, PipelineDefinition definition, IReadOnlyList<TrialRecord> trials)
    {
        var complete = trials.Where(t => t.State == TrialState.Complete && t.Value is { } value && double.IsFinite(value));
        var ordered = study.Direction == Direction.Maximize ? complete.OrderByDescending(t => t.Value) : complete.OrderBy(t => t.Value);
        return
        [
            .. ordered.ThenBy(t => t.Number).DistinctBy(t => t.Parameters.ToString(), StringComparer.Ordinal)
                .Skip(1).Take((definition.Tune.Ensemble ?? TuneSettings.SmallEnsemble) - 1).Select(t => Settings(t.Parameters)),
        ];
    }

    /// <summary>A trial with the outcome of its training.</summary>
    /// <param name="trial">The trial as planned.</param>
    /// <param name="trained">Its training.</param>
    public static TrialRecord Tell(TrialRecord trial, TrainResult trained)
    {
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentNullException.ThrowIfNull(trained);
        return (trained.Reported ?? trial) with
        {
            State = trained.IsPruned ? TrialState.Pruned : TrialState.Complete, Value = trained.IsPruned ? null : trained.ValidScore, Work = trained.Work,
        };
    }

    /// <summary>The search of a definition.</summary>
    internal static StudyDefinition Study(PipelineDefinition definition)
    {
        var tune = definition.Tune;
        var space = new SearchSpace(tune.Space);
        return new StudyDefinition
        {
            Name = "tune",
            Space = space,
            Direction = HigherIsBetter(definition.Model["metric"]) ? Direction.Maximize : Direction.Minimize,
            Seed = (ulong)tune.Seed,
            WaveSize = tune.Wave,
            Pruner = tune.Pruner,
            Budget = new StudyBudget { Trials = tune.Trials, Work = tune.Work, Time = tune.Time },
            // The definition's own parameters are tried first: what the search finds is never worse on the valid part.
            Initial = Own(definition, space) is { } own ? [own] : [],
        };
    }

    private static ParameterSet? Own(PipelineDefinition definition, SearchSpace space)
    {
        // Only what is searched for: an objective of several classes is not complete before the classes are known.
        var defaults = Parameters.Parse(definition.Model.Where(m => space.Parameters.Any(p => p.Name == m.Key)));
        var values = new List<KeyValuePair<string, ParameterValue>>();
        foreach (var parameter in space.Parameters)
        {
            var text = defaults.Text(parameter.Name);
            ParameterValue value = parameter is CategoricalParameter
                ? text
                : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
            if (parameter.Contains(value))
            {
                values.Add(KeyValuePair.Create(parameter.Name, value));
            }
        }

        return values.Count > 0 ? new ParameterSet(values) : null;
    }

    private static bool HigherIsBetter(string metric) =>
        metric.Split(',')[0].Trim() is "auc" or "average_precision" or "auc_mu" || metric.StartsWith("ndcg", StringComparison.Ordinal) || metric.StartsWith("map", StringComparison.Ordinal) && !metric.StartsWith("mape", StringComparison.Ordinal);

    private static IReadOnlyDictionary<string, string> Settings(ParameterSet parameters) =>
        new SortedDictionary<string, string>(parameters.ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal), StringComparer.Ordinal);
}
