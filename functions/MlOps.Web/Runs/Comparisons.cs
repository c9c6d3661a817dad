using System.Collections.Concurrent;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>A value of a period by each of the models that are compared.</summary>
/// <param name="Period">The period.</param>
/// <param name="Values">Each model's value; <see langword="null"/> where it was not measured on the period.</param>
public sealed record PeriodValues(string Period, IReadOnlyList<double?> Values);

/// <summary>Several models beside each other. Lists of values are in the order of the models.</summary>
/// <param name="Models">The models; all are held against the first.</param>
/// <param name="Parameters">Parameters in which they differ; <see langword="null"/> where a model has none.</param>
/// <param name="Alike">Number of parameters that all have alike.</param>
/// <param name="Metrics">Metrics by <c>part/name</c> as each was registered with them: on its own rows, so that they say little about which one is better.</param>
/// <param name="SameRows">Metrics on the same rows.</param>
/// <param name="Verdicts">What the gate decided about each; <see langword="null"/> where it has not judged.</param>
/// <param name="Metric">The metric of <paramref name="Periods"/>; <see langword="null"/> where no period was measured.</param>
/// <param name="HigherIsBetter">Which way it is better.</param>
/// <param name="Periods">Its value on each period whose labels are known, also by models that did not predict it.</param>
public sealed record ModelsComparison(
    IReadOnlyList<ModelVersion> Models, IReadOnlyDictionary<string, IReadOnlyList<string?>> Parameters, int Alike, IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics,
    SameRowsOfMany SameRows, IReadOnlyList<Release?> Verdicts, string? Metric, bool? HigherIsBetter, IReadOnlyList<PeriodValues> Periods);

/// <summary>Several runs beside each other. Lists of values are in the order of the runs.</summary>
/// <param name="RunIds">The runs.</param>
/// <param name="Pipelines">Pipeline of each.</param>
/// <param name="Versions">The model that each trained, or that predicted where it trained none.</param>
/// <param name="Facts">File, state, rows and the like where they differ.</param>
/// <param name="Parameters">Parameters of the models in which they differ.</param>
/// <param name="Alike">Number of parameters that all have alike.</param>
/// <param name="Metrics">Metrics by <c>part/name</c>, each of the run's own rows.</param>
/// <param name="HigherIsBetter">Which way each of them is better, where it is one or the other.</param>
/// <param name="Models">The models on the same rows; <see langword="null"/> where that cannot be.</param>
/// <param name="Problem">Why it cannot.</param>
public sealed record RunsComparison(
    IReadOnlyList<string> RunIds, IReadOnlyList<string> Pipelines, IReadOnlyList<string?> Versions, IReadOnlyDictionary<string, IReadOnlyList<string?>> Facts,
    IReadOnlyDictionary<string, IReadOnlyList<string?>> Parameters, int Alike, IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics,
    IReadOnlyDictionary<string, bool?> HigherIsBetter, SameRowsOfMany? Models, Sentence? Problem);

/// <summary>Models and runs beside each other: the one way of page, API and command line.</summary>
/// <param name="models">The models.</param>
/// <param name="sideBySide">Measures them.</param>
/// <param name="aliases">What the gate decided.</param>
/// <param name="backtests">How models did on periods, also where they did not predict.</param>
/// <param name="history">The runs.</param>
public sealed class Comparisons(ModelRegistry models, SideBySide sideBySide, AliasStore aliases, BacktestBook backtests, RunHistory history)
{
    /// <summary>The most that are compared.</summary>
    public const int Most = 20;

    private const int Kept = 50;

    // Models do not change once they are registered.
    private readonly ConcurrentDictionary<string, SameRowsOfMany> measured = [];

    /// <summary>Compares models.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="versions">Two to <see cref="Most"/> different versions; all are held against the first.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ComparisonException">They are too few or too many, or one is named twice.</exception>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    public async Task<ModelsComparison> OfModelsAsync(PipelineName pipeline, IReadOnlyList<string> versions, CancellationToken cancellation)
    {
        Check(versions);
        var sides = new List<ModelVersion>();
        foreach (var version in versions)
        {
            sides.Add(await models.FindAsync(pipeline, version, cancellation) ?? throw new NotFoundException(Sentence.Of("missing-version", ("pipeline", pipeline), ("version", version))));
        }

        var now = await aliases.ReadAsync(pipeline, cancellation);
        var (parameters, alike) = Differing(sides.Select(s => s.Parameters));
        var same = await SameRowsAsync(pipeline, sides, cancellation);
        var periods = BacktestBook.Before(await backtests.ReadAsync(pipeline, cancellation), "99999999").Where(r => versions.Contains(r.ModelVersion, StringComparer.Ordinal)).ToLookup(r => r.Period, StringComparer.Ordinal);
        var metric = periods.LastOrDefault()?.Last().Metric;
        return new ModelsComparison(
            sides, parameters, alike, Beside(sides.Select(s => s.Metrics)), same,
            [.. versions.Select(now.VerdictOn)],
            metric, metric is null ? null : SideBySide.HigherIsBetter(metric),
            [.. periods.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => new PeriodValues(p.Key, [.. versions.Select(v => p.LastOrDefault(r => r.ModelVersion == v && r.Metric == metric)?.Value)]))]);
    }

    /// <summary>Compares runs.</summary>
    /// <param name="runs">Two to <see cref="Most"/> different ids.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ComparisonException">They are too few or too many, or one is named twice.</exception>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public async Task<RunsComparison> OfRunsAsync(IReadOnlyList<RunId> runs, CancellationToken cancellation)
    {
        string[] ids = [.. runs.Select(r => r.Value)];
        Check(ids);
        var (pipelines, documents, trained) = (new List<PipelineName>(), new List<RunDocument?>(), new List<ModelVersion?>());
        var facts = new List<Dictionary<string, string>>();
        foreach (var run in runs)
        {
            var (pipeline, entry) = await history.FindAsync(run, cancellation);
            var document = await history.DocumentAsync(pipeline, run, cancellation);
            pipelines.Add(pipeline);
            documents.Add(document);
            trained.Add(await history.ModelAsync(pipeline, document?.Challenger?.Version ?? document?.ModelVersion, cancellation));
            facts.Add(FactsOf(pipeline, entry.Period, entry.State.ToString().ToLowerInvariant(), document));
        }

        var metrics = Beside(documents.Select(d => d?.Metrics ?? new Dictionary<string, IReadOnlyDictionary<string, double>>()));
        var (parameters, alike) = Differing(trained.Select(m => m?.Parameters ?? new Dictionary<string, string>()));
        var (same, problem) = await ModelsOfAsync(pipelines, trained, cancellation);
        return new RunsComparison(
            ids, [.. pipelines.Select(p => p.Value)], [.. trained.Select(m => m?.Version)], Differing(facts).Differ, parameters, alike, metrics,
            metrics.Keys.ToDictionary(name => name, name => SideBySide.HigherIsBetter(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..])), same, problem);
    }

    private async Task<(SameRowsOfMany? Same, Sentence? Problem)> ModelsOfAsync(List<PipelineName> pipelines, List<ModelVersion?> trained, CancellationToken cancellation)
    {
        if (pipelines.Distinct().Count() > 1)
        {
            return (null, Sentence.Of("compare-pipelines"));
        }

        ModelVersion[] different = [.. trained.OfType<ModelVersion>().DistinctBy(m => m.Version)];
        return different.Length < 2 ? (null, Sentence.Of("compare-one-model")) : (await SameRowsAsync(pipelines[0], different, cancellation), null);
    }

    private async Task<SameRowsOfMany> SameRowsAsync(PipelineName pipeline, IReadOnlyList<ModelVersion> sides, CancellationToken cancellation)
    {
        var key = $"{pipeline}/{string.Join('/', sides.Select(s => s.Version))}";
        if (measured.TryGetValue(key, out var known))
        {
            return known;
        }

        var same = await sideBySide.MeasureAsync(pipeline, sides, cancellation);
        if (measured.Count >= Kept)
        {
            measured.Clear();
        }

        return measured[key] = same;
    }

    private static void Check(IReadOnlyList<string> named)
    {
        if (named.Count is < 2 or > Most)
        {
            throw new ComparisonException(Sentence.Of("compare-number", ("most", Most), ("count", named.Count)));
        }

        if (named.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ComparisonException(Sentence.Of("compare-twice", ("name", twice.Key)));
        }
    }

    private static Dictionary<string, string> FactsOf(PipelineName pipeline, string period, string state, RunDocument? document)
    {
        var facts = new Dictionary<string, string> { ["pipeline"] = pipeline.Value, ["period"] = period, ["state"] = state };
        if (document is not null)
        {
            facts["rows"] = document.Rows.ToString(System.Globalization.CultureInfo.InvariantCulture);
            facts["file"] = document.File;
            facts["definition"] = document.DefinitionHash?[..Math.Min(12, document.DefinitionHash.Length)] ?? "";
        }

        return facts;
    }

    private static (IReadOnlyDictionary<string, IReadOnlyList<string?>> Differ, int Alike) Differing(IEnumerable<IReadOnlyDictionary<string, string>> sides)
    {
        IReadOnlyDictionary<string, string>[] all = [.. sides];
        var values = all.SelectMany(s => s.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ToDictionary(name => name, name => (IReadOnlyList<string?>)[.. all.Select(s => s.GetValueOrDefault(name))]);
        var differ = values.Where(v => v.Value.Distinct().Count() > 1).ToDictionary(v => v.Key, v => v.Value);
        return (differ, values.Count - differ.Count);
    }

    private static IReadOnlyDictionary<string, IReadOnlyList<double?>> Beside(IEnumerable<IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>> sides)
    {
        var all = sides.Select(s => s.SelectMany(part => part.Value.Select(value => (Name: $"{part.Key}/{value.Key}", value.Value))).ToDictionary(v => v.Name, v => v.Value)).ToArray();
        return all.SelectMany(s => s.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .ToDictionary(name => name, name => (IReadOnlyList<double?>)[.. all.Select(s => s.TryGetValue(name, out var value) ? value : (double?)null)]);
    }
}

/// <summary>What was named cannot be compared.</summary>
/// <param name="said">Why.</param>
public sealed class ComparisonException(Sentence said) : Exception(said.ToString())
{
    /// <summary>The same as a code with arguments.</summary>
    public Sentence Said { get; } = said;
}
