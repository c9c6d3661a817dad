using System.Collections.Concurrent;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>How long a run will go on, estimated by what earlier runs of its pipeline took from the same stage on, waits apart.</summary>
/// <param name="Seconds">The middle one of them, less what the stage has taken already.</param>
/// <param name="Least">The fastest.</param>
/// <param name="Most">The slowest.</param>
/// <param name="Runs">Their ids, the newest first.</param>
internal sealed record TimeLeft(double Seconds, double Least, double Most, IReadOnlyList<string> Runs);

/// <summary>What earlier runs took.</summary>
/// <param name="history">The runs.</param>
/// <param name="time">Clock.</param>
internal sealed class EarlierRuns(RunHistory history, TimeProvider time)
{
    private const int RunsMax = 5;
    private const int Kept = 2000;

    // What a run took does not change once it has ended.
    private readonly ConcurrentDictionary<string, IReadOnlyList<Stretch>> known = [];

    /// <summary>A line of a run's log and how long it was until the next one.</summary>
    /// <param name="Text">What began.</param>
    /// <param name="Seconds">Until the next line, or the run's end.</param>
    internal sealed record Stretch(string Text, double Seconds)
    {
        /// <summary>Whether the run did nothing meanwhile but wait.</summary>
        public bool IsWait => Text.StartsWith("wait for ", StringComparison.Ordinal) || Text.StartsWith("waits for ", StringComparison.Ordinal);
    }

    /// <summary>Estimates what is left of a run; <see langword="null"/> where no earlier run came through its stage.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="run">The run.</param>
    /// <param name="live">What it tells of itself.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<TimeLeft?> LeftAsync(PipelineName pipeline, LedgerRun run, LiveRun live, CancellationToken cancellation)
    {
        // The history is read and checked only: its run says nothing of the others, nor they of it.
        var isHistory = run.Period == Period.Initial.Value;
        var earlier = (await history.LedgersAsync(pipeline, cancellation))[0].Runs
            .Where(r => r.State == RunState.Succeeded && r.RunId != run.RunId && r.EndedAt is not null && (r.Period == Period.Initial.Value) == isHistory)
            .OrderByDescending(r => r.EndedAt).Take(RunsMax);
        var (left, of) = (new List<double>(), new List<string>());
        foreach (var one in earlier)
        {
            if (Left(await StretchesAsync(pipeline, one.RunId, cancellation), live, time.GetUtcNow()) is { } seconds)
            {
                left.Add(seconds);
                of.Add(one.RunId);
            }
        }

        return left.Count == 0 ? null : new TimeLeft(left.Order().ElementAt(left.Count / 2), left.Min(), left.Max(), of);
    }

    /// <summary>What one earlier run took from a live run's stage on; <see langword="null"/> where it did not come through it.</summary>
    /// <param name="earlier">The earlier run.</param>
    /// <param name="live">The live run.</param>
    /// <param name="now">The time.</param>
    internal static double? Left(IReadOnlyList<Stretch> earlier, LiveRun live, DateTimeOffset now)
    {
        var (at, elapsed) = (IndexOf(earlier, live.Stage), Math.Max(0, (now - live.Since).TotalSeconds));
        if (at < 0)
        {
            // It waits, or does what the other did not: what it did last says where it is, and is over.
            at = live.Log.Reverse().Select(line => IndexOf(earlier, line.Text)).FirstOrDefault(i => i >= 0, -1);
            elapsed = double.PositiveInfinity;
        }

        return at < 0 ? null : Math.Max(0, earlier[at].Seconds - elapsed) + earlier.Skip(at + 1).Where(s => !s.IsWait).Sum(s => s.Seconds);
    }

    private static int IndexOf(IReadOnlyList<Stretch> stretches, string text)
    {
        for (var i = stretches.Count - 1; i >= 0; i--)
        {
            if (!stretches[i].IsWait && stretches[i].Text == text)
            {
                return i;
            }
        }

        return -1;
    }

    private async Task<IReadOnlyList<Stretch>> StretchesAsync(PipelineName pipeline, string run, CancellationToken cancellation)
    {
        if (known.TryGetValue(run, out var stretches))
        {
            return stretches;
        }

        var document = await history.DocumentAsync(pipeline, RunId.Parse(run), cancellation);
        var log = document?.Log ?? [];
        stretches = [.. log.Select((line, i) => new Stretch(line.Text, Math.Max(0, ((i + 1 < log.Count ? log[i + 1].Time : document!.EndedAt ?? line.Time) - line.Time).TotalSeconds)))];
        if (known.Count >= Kept)
        {
            known.Clear();
        }

        return known[run] = stretches;
    }
}
