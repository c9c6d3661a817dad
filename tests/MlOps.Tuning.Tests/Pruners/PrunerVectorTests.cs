using System.Text.Json.Nodes;

namespace MlOps.Tuning.Tests.Pruners;

/// <summary>Every decision of the recorded runs: 5 tables of intermediate values under 17 settings, one by one and in groups of four.</summary>
public sealed class PrunerVectorTests
{
    public static TheoryData<string, int> Runs()
    {
        var data = new TheoryData<string, int>();
        foreach (var (table, content) in OptunaVectors.Read("pruners.json")["tables"]!.AsObject())
        {
            for (var run = 0; run < content!["runs"]!.AsArray().Count; run++)
            {
                data.Add(table, run);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_decision_is_Optunas(string tableName, int runIndex)
    {
        var table = Tables.Value[tableName]!;
        var run = table["runs"]![runIndex]!;
        var settings = Settings((string)run["pruner"]!, run["params"]!);
        settings.Check();
        var replay = new Replay(PrunerFactory.Create(settings), OptunaVectors.Direction(table["direction"]!), [.. table["steps"]!.AsArray().Select(s => (int)s!)], (bool)run["stop_when_pruned"]!);
        replay.Run([.. table["values"]!.AsArray().Select(r => r!.AsArray().Select(v => v is null ? (double?)null : OptunaVectors.Number(v)).ToArray())], (int)run["parallel"]!);

        Assert.Equal(run["decisions"]!.AsArray().Select(d => (string)d!), replay.Decisions);
        Assert.Equal((string)run["final"]!, string.Concat(replay.Trials.Select(t => t.State.ToString()[0])));
        if (run["rung_values"] is JsonArray rungs)
        {
            Assert.Equal(
                rungs.Select(r => string.Join(' ', r!.AsObject().OrderBy(p => p.Key).Select(p => $"{p.Key}:{(double)p.Value!}"))),
                replay.Trials.Select(t => string.Join(' ', t.Rungs.Select(r => $"{r.Key}:{r.Value}"))));
        }

        if (run["min_resource_used"] is { } used)
        {
            Assert.Equal((int)used, ((SuccessiveHalvingPruner)replay.Pruner).MinResource);
        }

        if (run["hyperband"] is { } hyperband)
        {
            var pruner = (HyperbandPruner)replay.Pruner;
            Assert.Equal((int)hyperband["max_resource"]!, pruner.MaxResource);
            Assert.Equal(hyperband["budgets"]!.AsArray().Select(b => (int)b!), Enumerable.Range(0, pruner.BracketCount).Select(pruner.Budget));
            Assert.Equal(hyperband["brackets"]!.AsArray().Select(b => (int)b!), replay.Trials.Select(t => pruner.Bracket("vectors", t.Number)));
        }
    }

    [Fact]
    public void Checksums_and_percentiles_are_the_given_ones()
    {
        var file = OptunaVectors.Read("pruners.json");
        foreach (var c in file["crc32"]!.AsArray())
        {
            Assert.Equal((long)c!["crc32"]!, HyperbandPruner.Crc32(System.Text.Encoding.UTF8.GetBytes((string)c["text"]!)));
        }

        foreach (var c in file["percentile_linear"]!.AsArray())
        {
            Assert.Equal((double)c!["result"]!, PercentilePruner.Percentile(OptunaVectors.Numbers(c["values"]!), (double)c["percentile"]!));
        }
    }

    private static readonly Lazy<JsonObject> Tables = new(() => OptunaVectors.Read("pruners.json")["tables"]!.AsObject());

    private static PrunerSettings Settings(string name, JsonNode p)
    {
        int Get(string key, int otherwise) => (int?)p[key] ?? otherwise;
        return name switch
        {
            "MedianPruner" => new MedianSettings { StartupTrials = Get("n_startup_trials", 5), WarmupSteps = Get("n_warmup_steps", 0), IntervalSteps = Get("interval_steps", 1), MinTrials = Get("n_min_trials", 1) },
            "PercentilePruner" => new PercentileSettings { Percentile = (double)p["percentile"]!, StartupTrials = Get("n_startup_trials", 5), WarmupSteps = Get("n_warmup_steps", 0), IntervalSteps = Get("interval_steps", 1), MinTrials = Get("n_min_trials", 1) },
            "SuccessiveHalvingPruner" => new SuccessiveHalvingSettings { MinResource = (int?)p["min_resource"], ReductionFactor = Get("reduction_factor", 4), MinEarlyStoppingRate = Get("min_early_stopping_rate", 0), BootstrapCount = Get("bootstrap_count", 0) },
            "HyperbandPruner" => new HyperbandSettings { MinResource = Get("min_resource", 1), MaxResource = (int?)p["max_resource"], ReductionFactor = Get("reduction_factor", 3), BootstrapCount = Get("bootstrap_count", 0) },
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "there is no such pruner"),
        };
    }

    /// <summary>Plays a table through a pruner: groups start together, and at each step every trial of the group reports and is judged in turn.</summary>
    private sealed class Replay(IPruner pruner, Direction direction, int[] steps, bool stopWhenPruned)
    {
        public IPruner Pruner => pruner;

        public List<TrialRecord> Trials { get; } = [];

        public List<string> Decisions { get; } = [];

        public void Run(double?[][] table, int parallel)
        {
            for (var first = 0; first < table.Length; first += parallel)
            {
                var group = Enumerable.Range(first, Math.Min(parallel, table.Length - first)).ToArray();
                foreach (var number in group)
                {
                    Trials.Add(new TrialRecord { Number = number, Wave = 0, Parameters = ParameterSet.Empty });
                    Decisions.Add("");
                }

                for (var column = 0; column < steps.Length; column++)
                {
                    foreach (var number in group)
                    {
                        Step(number, column, table[number]);
                    }
                }
            }
        }

        private void Step(int number, int column, double?[] values)
        {
            if (Trials[number].State != TrialState.Running)
            {
                Decisions[number] += '.';
                return;
            }

            if (values[column] is not { } value)
            {
                Decisions[number] += '-';
            }
            else
            {
                var reported = Trials[number] with { Intermediate = new SortedDictionary<int, double>(Trials[number].Intermediate) { [steps[column]] = value } };
                var others = Trials.Where(t => t.Number != number).ToList();
                var judgement = pruner.Judge(new PrunerView("vectors", direction, others, reported));
                Decisions[number] += judgement.Prune ? '1' : '0';
                Trials[number] = judgement.Trial with { State = judgement.Prune && stopWhenPruned ? TrialState.Pruned : TrialState.Running };
            }

            if (Trials[number].State == TrialState.Running && values.AsSpan(column + 1).IndexOfAnyExcept((double?)null) < 0)
            {
                Trials[number] = Trials[number] with { State = TrialState.Complete };
            }
        }
    }
}
