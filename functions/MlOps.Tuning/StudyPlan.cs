namespace MlOps.Tuning;

/// <summary>What to run next.</summary>
/// <param name="Number">The wave, from 0.</param>
/// <param name="Trials">Trials to run, in any order or at once: those of this wave that have no result yet, all in state running. Empty when the study is over.</param>
/// <param name="Stop">Why there is nothing more to run, in English; null while there is.</param>
/// <param name="End">The same as a value, for other languages.</param>
public sealed record Wave(int Number, IReadOnlyList<TrialRecord> Trials, string? Stop, StudyEnd? End = null);

/// <summary>Why a study has nothing more to run.</summary>
public enum StudyEnd
{
    /// <summary>As many trials were run as the budget has.</summary>
    Trials,

    /// <summary>The earlier waves have done the work that the budget has.</summary>
    Work,

    /// <summary>The time of the budget is over.</summary>
    Time,

    /// <summary>Every point of the grid has been tried.</summary>
    Grid,

    /// <summary>The wave has all its trials.</summary>
    WaveFull,
}

/// <summary>
/// A study as pure functions of its definition and its trials, so that an orchestrator may call them from an activity,
/// replay them, or go on after a crash: the same arguments give the same wave, to the bit, in whatever order trials ended.
/// </summary>
public static class StudyPlan
{
    /// <summary>The next trials to run.</summary>
    /// <param name="definition">The study.</param>
    /// <param name="trials">All trials so far, in any order, each number once, none left out. Those still running are given back, so that a killed run can be taken up.</param>
    /// <param name="elapsed">Time since the study began, as the caller recorded it; counts only where the budget limits time.</param>
    /// <exception cref="ArgumentException">The definition is contradictory, or trial numbers are missing or double.</exception>
    public static Wave NextWave(StudyDefinition definition, IReadOnlyList<TrialRecord> trials, TimeSpan elapsed = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        var all = InOrder(trials);
        var wave = WaveOfNext(definition, all);
        var running = all.Where(t => t.State == TrialState.Running).ToList();
        if (running.Any(t => t.Wave < wave))
        {
            return new Wave(running[0].Wave, running, null);
        }

        var room = definition.WaveSize - all.Count(t => t.Wave == wave);
        var (end, stop) = Exhausted(definition.Budget, all, wave, elapsed);
        if (stop is null && definition.Budget.Trials is { } limit)
        {
            room = Math.Min(room, limit - all.Count);
        }

        var next = new List<TrialRecord>(running);
        var sampler = SamplerFactory.Create(definition.Sampler);
        for (; stop is null && room > 0; room--)
        {
            if (Suggest(definition, sampler, all, wave) is not { } trial)
            {
                (end, stop) = (StudyEnd.Grid, "every point of the grid has been tried");
                break;
            }

            all.Add(trial);
            next.Add(trial);
        }

        return next.Count > 0 ? new Wave(wave, next, null) : new Wave(wave, next, stop ?? "the wave is full", end ?? StudyEnd.WaveFull);
    }

    /// <summary>The best complete trial (the earliest of equals), or null when none is complete.</summary>
    public static TrialRecord? Best(StudyDefinition definition, IEnumerable<TrialRecord> trials)
    {
        ArgumentNullException.ThrowIfNull(definition);
        TrialRecord? best = null;
        foreach (var trial in trials.Where(t => t.State == TrialState.Complete).OrderBy(t => t.Number))
        {
            if (best is null || (definition.Direction == Direction.Minimize ? trial.Value < best.Value : trial.Value > best.Value))
            {
                best = trial;
            }
        }

        return best;
    }

    /// <summary>Records an intermediate value of a running trial and lets the pruner judge it.</summary>
    /// <param name="definition">The study.</param>
    /// <param name="trials">Trials of the study; those of earlier waves count, others are passed over, so that the answer does not depend on who is ahead in a wave.</param>
    /// <param name="trial">The trial as the last report left it.</param>
    /// <param name="step">The step, 0 or more (for boosting: the iteration). The first report of a step stands.</param>
    /// <param name="value">The objective's value at this step; NaN where there is none.</param>
    public static Judgement Report(StudyDefinition definition, IEnumerable<TrialRecord> trials, TrialRecord trial, int step, double value)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(trial);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (!trial.Intermediate.ContainsKey(step))
        {
            trial = trial with { Intermediate = new SortedDictionary<int, double>(trial.Intermediate) { [step] = value } };
        }

        if (definition.Pruner is not { } settings)
        {
            return new Judgement(trial, Prune: false);
        }

        var earlier = trials.Where(t => t.Wave < trial.Wave).OrderBy(t => t.Number).ToList();
        var pruner = PrunerFactory.Create(settings);
        FixPruner(pruner, earlier);
        return pruner.Judge(new PrunerView(definition.Name, definition.Direction, earlier, trial));
    }

    /// <summary>Lets a pruner find what its settings left open from the first wave that has a complete trial, however many waves have run since.</summary>
    private static void FixPruner(IPruner pruner, IReadOnlyList<TrialRecord> trials)
    {
        if (trials.Where(t => t.State == TrialState.Complete).Select(t => (int?)t.Wave).Min() is { } first)
        {
            pruner.Fix([.. trials.Where(t => t.Wave <= first)]);
        }
    }

    /// <summary>The wave that the next new trial belongs to: the last one while it has room, else the one after it.</summary>
    internal static int WaveOfNext(StudyDefinition definition, List<TrialRecord> all)
    {
        if (all.Count == 0)
        {
            return 0;
        }

        var last = all[^1].Wave;
        return all.Count(t => t.Wave == last) < definition.WaveSize ? last : last + 1;
    }

    /// <summary>A new trial of a wave, or null when the sampler has nothing more to suggest.</summary>
    internal static TrialRecord? Suggest(StudyDefinition definition, ISampler sampler, List<TrialRecord> all, int wave)
    {
        var number = all.Count;
        var visible = all.ConvertAll(t => t.Wave < wave ? t : t.AsSuggested());
        if (definition.Pruner is HyperbandSettings brackets && PrunerFactory.Create(brackets) is HyperbandPruner hyperband)
        {
            // A bracket is a study of its own: values that another one cut short would mislead the sampler (Falkner et al. 2018).
            FixPruner(hyperband, [.. visible.Where(t => t.Wave < wave)]);
            visible = hyperband.SameBracket(definition.Name, number, visible);
        }

        var random = new RandomStream(definition.Seed, number);
        var untried = definition.Initial.FirstOrDefault(set => !all.Exists(t => set.All(v => t.Parameters.TryGet(v.Key, out var value) && value == v.Value)));
        var sampled = untried?.Count == definition.Space.Parameters.Count
            ? untried
            : sampler.Sample(definition.Space, new SamplerView(definition.Direction, definition.Seed, number, visible), random);
        if (sampled is null)
        {
            return null;
        }

        var parameters = untried is null
            ? sampled
            : new ParameterSet(definition.Space.Parameters.Select(p => KeyValuePair.Create(p.Name, untried.TryGet(p.Name, out var value) ? value : sampled[p.Name])));
        return new TrialRecord { Number = number, Wave = wave, Parameters = parameters };
    }

    /// <summary>The trials by number.</summary>
    internal static List<TrialRecord> InOrder(IReadOnlyList<TrialRecord> trials)
    {
        ArgumentNullException.ThrowIfNull(trials);
        var all = trials.OrderBy(t => t.Number).ToList();
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i].Number != i)
            {
                throw new ArgumentException($"Trial {i} is missing or trial {all[i].Number} is given twice; a study needs all of its trials, each once.", nameof(trials));
            }
        }

        return all;
    }

    /// <summary>Why the budget allows no new trial, or null. Only what earlier waves have done counts, so that the answer does not change while a wave runs.</summary>
    internal static (StudyEnd? End, string? Stop) Exhausted(StudyBudget budget, List<TrialRecord> all, int wave, TimeSpan elapsed)
    {
        var work = all.Where(t => t.Wave < wave).Sum(t => t.Work);
        return budget switch
        {
            { Trials: { } trials } when all.Count >= trials => (StudyEnd.Trials, $"the budget of {trials} {(trials == 1 ? "trial" : "trials")} is used"),
            { Work: { } limit } when work >= limit => (StudyEnd.Work, $"the budget of {limit} units of work is used: {work} after {wave} {(wave == 1 ? "wave" : "waves")}"),
            { Time: { } time } when elapsed >= time => (StudyEnd.Time, $"the budget of {time} is used: {elapsed} after {wave} {(wave == 1 ? "wave" : "waves")}"),
            _ => (null, null),
        };
    }
}
