using System.Globalization;
using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>
/// Every access to storage may fail: one fault a run, over all accesses of a pipeline of four files, in every way that is possible for them; then a
/// share of all accesses. In the suite a sample of both, whose seed is printed and repeated by MLOPS_TEST_SEED. MLOPS_FAULTS=FROM-TO (or <c>all</c>, or a
/// part of a name) tries these of the whole matrix, MLOPS_FAULTS_TOGETHER=SIZE so many of them in one pipeline (each by itself when that is not whole), MLOPS_FAULT_RATES=RUNS so many runs of each rate from the seed on; MLOPS_FAULT_LANES is how many runs go on at once (3),
/// MLOPS_FAULT_LOG a file to which each is written as it ends.
/// </summary>
public sealed partial class FaultMatrixTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Sample = 3;
    private static readonly int Together = Number(Setting("MLOPS_FAULTS_TOGETHER") ?? "1");
    private static readonly double[] Rates = [0.05, 0.10];
    private static readonly int Lanes = Number(Setting("MLOPS_FAULT_LANES") ?? "3");
    private static readonly string? LogFile = Setting("MLOPS_FAULT_LOG");
    private readonly AzuriteFixture azurite = new();
    private readonly Lock gate = new();

    public ValueTask InitializeAsync() => azurite.InitializeAsync();

    public ValueTask DisposeAsync() => azurite.DisposeAsync();

    [Fact]
    public async Task One_access_that_fails_changes_nothing_of_what_a_pipeline_leaves()
    {
        var calm = await CalmAsync();
        var all = FaultTrial.Single(calm.Accesses);
        Say($"{calm.Accesses.Count} accesses of {calm.Accesses.Select(a => a.Shape).Distinct().Count()} kinds, {all.Count} ways to fail");
        var chosen = all;
        if (Setting("MLOPS_FAULTS") is not { } range)
        {
            var random = new Random(Seed());
            chosen = [.. Enumerable.Range(0, Sample).Select(_ => all[random.Next(all.Count)])];
        }
        else if (Range().Match(range) is { Success: true } match)
        {
            var (from, to) = (Number(match.Groups["from"].Value), Number(match.Groups["to"].Value));
            chosen = [.. all.Where(t => t.Number >= from && t.Number <= to)];
        }
        else if (range != "all")
        {
            chosen = [.. all.Where(t => t.Name.Contains(range, StringComparison.Ordinal))];
        }

        await TryAsync(chosen, calm);
    }

    [Fact]
    public async Task A_share_of_all_accesses_that_fails_changes_nothing_of_what_a_pipeline_leaves()
    {
        var calm = await CalmAsync();
        var seed = Seed();
        var runs = Number(Setting("MLOPS_FAULT_RATES") ?? "0");
        await TryAsync(
            runs == 0 ? [FaultTrial.Random(1, seed, Rates[0])]
            : [.. Rates.SelectMany(rate => Enumerable.Range(0, runs).Select(run => FaultTrial.Random(run + 1, seed + run, rate)))],
            calm);
    }

    private async Task<FaultRun> CalmAsync()
    {
        var calm = await FaultRun.OfAsync(azurite, _ => null, null);
        Assert.True(calm.Problems.Count == 0, string.Join('\n', calm.Problems));
        return calm;
    }

    private async Task TryAsync(IReadOnlyList<FaultTrial> trials, FaultRun calm)
    {
        var tally = new Tally();
        await Parallel.ForEachAsync(FaultTrial.Together(trials, Together), new ParallelOptions { MaxDegreeOfParallelism = Lanes }, async (together, _) =>
        {
            if (await TryAsync(FaultTrial.Of(together), calm, tally) || together.Length == 1)
            {
                return;
            }

            foreach (var trial in together)
            {
                await TryAsync(trial, calm, tally);
            }
        });
        Say($"{trials.Count} trials in {tally}");
        Assert.Equal(0, tally.Failed);
    }

    private async Task<bool> TryAsync(FaultTrial trial, FaultRun calm, Tally tally)
    {
        var run = await FaultRun.OfAsync(azurite, trial.Plan, calm.After);
        lock (gate)
        {
            tally.Add(run);
            var how = run.Problems.Count > 0 ? "FAILED" : run.Faults.Count == 0 ? "not met" : "whole";
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{how} {trial.Number} {trial.Name}: {run.Faults.Count} of {run.Accesses.Count} accesses, {run.After?.Runs ?? 0} runs, {run.Looks} looks, {run.Seconds:F1} s"));
            foreach (var problem in run.Problems)
            {
                Say("  " + problem);
            }
        }

        return run.Problems.Count == 0;
    }

    private sealed class Tally
    {
        private readonly SortedDictionary<FaultKind, int> faults = [];
        private int pipelines;

        public int Failed { get; private set; }

        public void Add(FaultRun run)
        {
            pipelines++;
            Failed += run.Problems.Count > 0 ? 1 : 0;
            foreach (var (_, kind) in run.Faults)
            {
                faults[kind] = faults.GetValueOrDefault(kind) + 1;
            }
        }

        public override string ToString() =>
            $"{pipelines} pipelines of {FaultCase.Periods.Length} files; faults: {string.Join(", ", faults.Select(f => $"{f.Value} {f.Key}"))}; failures: {Failed}";
    }

    private int Seed()
    {
        var seed = Number(Setting("MLOPS_TEST_SEED") ?? $"{Random.Shared.Next()}");
        Say($"MLOPS_TEST_SEED={seed}");
        return seed;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string? Setting(string variable) => Environment.GetEnvironmentVariable(variable);

    private void Say(string line)
    {
        lock (gate)
        {
            output.WriteLine(line);
            if (LogFile is not null)
            {
                File.AppendAllText(LogFile, line + Environment.NewLine);
            }
        }
    }

    [GeneratedRegex("^(?<from>[0-9]+)-(?<to>[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Range();
}
