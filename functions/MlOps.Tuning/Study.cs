using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>
/// A study for a caller in one process: ask for a trial, run it, tell its value. A thin object over <see cref="StudyPlan"/>;
/// safe to use from several threads. The suggestions of a wave do not depend on the order in which its trials end.
/// </summary>
public sealed class Study
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly Lock _gate = new();
    private readonly List<TrialRecord> _trials;
    private readonly ISampler _sampler;

    /// <summary>A new study, or one that goes on from earlier trials.</summary>
    /// <param name="definition">What to search and how. It may differ from the one under which the earlier trials ran: those outside a changed space no longer guide the sampler.</param>
    /// <param name="trials">Earlier trials, if any.</param>
    /// <exception cref="ArgumentException">The definition is contradictory, or trial numbers are missing or double.</exception>
    public Study(StudyDefinition definition, IReadOnlyList<TrialRecord>? trials = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        Definition = definition;
        _trials = StudyPlan.InOrder(trials ?? []);
        _sampler = SamplerFactory.Create(definition.Sampler);
    }

    /// <summary>What is searched and how.</summary>
    public StudyDefinition Definition { get; }

    /// <summary>All trials so far, by number: a copy.</summary>
    public IReadOnlyList<TrialRecord> Trials
    {
        get
        {
            lock (_gate)
            {
                return [.. _trials];
            }
        }
    }

    /// <summary>The best complete trial (the earliest of equals), or null.</summary>
    public TrialRecord? Best => StudyPlan.Best(Definition, Trials);

    /// <summary>Suggests the next trial.</summary>
    /// <exception cref="InvalidOperationException">
    /// The wave is full and one of its trials is still running (tell its value first), or the sampler has nothing more to suggest.
    /// </exception>
    public Trial Ask()
    {
        lock (_gate)
        {
            var wave = StudyPlan.WaveOfNext(Definition, _trials);
            if (_trials.Find(t => t.Wave < wave && t.State == TrialState.Running) is { } open)
            {
                throw new InvalidOperationException($"Trial {open.Number} of wave {open.Wave} is still running; tell its result before asking for wave {wave}, or choose a wave size above {Definition.WaveSize}.");
            }

            var record = StudyPlan.Suggest(Definition, _sampler, _trials, wave)
                ?? throw new InvalidOperationException($"There is nothing more to suggest: every point of the grid has been tried in {_trials.Count} trials.");
            _trials.Add(record);
            return new Trial(this, record);
        }
    }

    /// <summary>Ends a trial with its value. A value that is not finite makes it a failed one.</summary>
    /// <param name="number">The trial.</param>
    /// <param name="value">The objective's value.</param>
    /// <param name="work">Work done, in the unit of the budget.</param>
    /// <exception cref="InvalidOperationException">The trial has ended before.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such trial.</exception>
    public void Tell(int number, double value, long work = 0) => End(number, double.IsFinite(value)
        ? t => t with { State = TrialState.Complete, Value = value, Work = work }
        : t => t with { State = TrialState.Fail, Work = work, Failure = $"the objective's value is {value}" });

    /// <summary>Ends a trial that a pruner stopped.</summary>
    /// <param name="number">The trial.</param>
    /// <param name="work">Work done, in the unit of the budget.</param>
    /// <inheritdoc cref="Tell" path="/exception"/>
    public void TellPruned(int number, long work = 0) => End(number, t => t with { State = TrialState.Pruned, Work = work });

    /// <summary>Ends a trial that failed.</summary>
    /// <param name="number">The trial.</param>
    /// <param name="failure">Why, for people.</param>
    /// <param name="work">Work done, in the unit of the budget.</param>
    /// <inheritdoc cref="Tell" path="/exception"/>
    public void TellFailed(int number, string failure, long work = 0) => End(number, t => t with { State = TrialState.Fail, Failure = failure, Work = work });

    /// <summary>Writes the study as JSON: definition and trials. The same study gives the same bytes.</summary>
    public void Save(Stream stream) => JsonSerializer.Serialize(stream, new StudyFile(1, Definition, Trials), Json);

    /// <summary>Reads what <see cref="Save"/> has written.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a study, or of a later version.</exception>
    public static Study Load(Stream stream)
    {
        try
        {
            var file = JsonSerializer.Deserialize<StudyFile>(stream, Json) ?? throw new InvalidDataException("The study file is empty.");
            return file.Version == 1
                ? new Study(file.Definition, file.Trials)
                : throw new InvalidDataException($"The study file has version {file.Version}; this program reads version 1. Use the program that wrote it, or a newer one.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The study file cannot be read: {e.Message}", e);
        }
    }

    internal bool Report(int number, int step, double value)
    {
        lock (_gate)
        {
            var judgement = StudyPlan.Report(Definition, _trials, Running(number), step, value);
            _trials[number] = judgement.Trial;
            return judgement.Prune;
        }
    }

    private void End(int number, Func<TrialRecord, TrialRecord> change)
    {
        lock (_gate)
        {
            _trials[number] = change(Running(number));
        }
    }

    private TrialRecord Running(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, _trials.Count);
        var trial = _trials[number];
        return trial.State == TrialState.Running
            ? trial
            : throw new InvalidOperationException($"Trial {number} has ended before, as {trial.State}; its result cannot be changed.");
    }

    private sealed record StudyFile(
        [property: JsonPropertyName("version")] int Version,
        [property: JsonPropertyName("definition")] StudyDefinition Definition,
        [property: JsonPropertyName("trials")] IReadOnlyList<TrialRecord> Trials);
}
