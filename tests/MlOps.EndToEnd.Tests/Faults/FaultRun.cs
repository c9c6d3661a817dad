using System.Diagnostics;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>How one pipeline of four files came out, with faults on the way.</summary>
/// <param name="Accesses">Accesses that were made, in order.</param>
/// <param name="Faults">Those that failed.</param>
/// <param name="After">What was left.</param>
/// <param name="Problems">What is not as it has to be; none in a good end.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Looks">How often the readers looked.</param>
internal sealed record FaultRun(
    IReadOnlyCollection<Access> Accesses, IReadOnlyCollection<(Access Access, FaultKind Kind)> Faults, Aftermath? After, IReadOnlyList<string> Problems, double Seconds, int Looks)
{
    /// <summary>Runs the four files through a system of their own.</summary>
    /// <param name="azurite">The account.</param>
    /// <param name="plan">Which accesses fail, and how.</param>
    /// <param name="calm">What an undisturbed run left; <see langword="null"/> for the undisturbed run itself.</param>
    public static async Task<FaultRun> OfAsync(AzuriteFixture azurite, Func<Access, FaultKind?> plan, Aftermath? calm)
    {
        var watch = Stopwatch.StartNew();
        var system = await FaultySystem.StartAsync(azurite, FaultCase.Definition);
        var problems = new List<string>();
        Aftermath? after = null;
        using var stop = new CancellationTokenSource();
        var watchers = new Watchers(system.Calm);
        var watching = watchers.RunAsync(stop.Token);
        try
        {
            system.Faults.Plan = plan;
            system.Faults.Arm();
            foreach (var period in FaultCase.Periods)
            {
                await system.DropAsync(period, FaultCase.File(period));
            }

            problems.AddRange(await EndAsync(system));
            system.Faults.Disarm();
            await stop.CancelAsync();
            await watching;
            if (problems.Count == 0)
            {
                after = await Aftermath.LookAsync(system.Calm);
                problems.AddRange(after.Problems);
                problems.AddRange(calm is null ? [] : after.Against(calm));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            problems.Add(e.ToString());
        }
        finally
        {
            await stop.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await system.DisposeAsync();
        }

        if (problems.Count > 0)
        {
            problems.AddRange(system.Log.All.Where(l => l.Contains("xception", StringComparison.Ordinal)).TakeLast(8).Select(l => "    " + (l.Length > 400 ? l[..400] : l).ReplaceLineEndings(" ")));
        }

        await system.RemoveAsync();
        return new FaultRun(system.Faults.Accesses, system.Faults.Faults, after, problems, watch.Elapsed.TotalSeconds, watchers.Looks);
    }

    // All runs have ended in the ledger, and each has had its notice: the last thing that a run does.
    private static async Task<IReadOnlyList<string>> EndAsync(FaultySystem system)
    {
        var store = new LedgerStore(system.Calm);
        for (var began = Stopwatch.StartNew(); began.Elapsed < Patience.Limit; await Task.Delay(100))
        {
            if (system.FirstEnd.IsCompleted)
            {
                return [$"A loop of the server has ended: {(await system.FirstEnd).Exception}"];
            }

            var ledger = await store.ReadAsync(ArrivalSystem.Name);
            if (ledger.Runs.Count >= FaultCase.Periods.Length && ledger.Runs.All(r => r.State != RunState.Active)
                && (await ArrivalSystem.NamesAsync(system.Calm.Notifications)).Count >= ledger.Runs.Count)
            {
                return [];
            }
        }

        var last = await store.ReadAsync(ArrivalSystem.Name);
        return [$"Not ended within {Patience.Limit.TotalMinutes} minutes: {string.Join(", ", last.Runs.Select(r => $"{r.RunId} {r.State} {r.WaitsFor}"))}"];
    }
}
