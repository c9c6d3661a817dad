using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Pipeline.Tests.Arrival;

/// <summary>A file as upstream drops it: the text stands for its bytes, "bad" in it for a file that validation refuses.</summary>
public sealed record SimulatedFile(string Period, string Bytes);

/// <summary>
/// The whole of arrival with the ledger as the only real part: an input container, events that may be repeated, and runs that
/// take their turns one decision at a time in any interleaving.
/// </summary>
/// <param name="sleepers">Whether a run that has to wait looks again only when another one wakes it; otherwise at any time.</param>
internal sealed class ArrivalWorld(bool sleepers = false)
{
    private readonly HashSet<string> _asleep = [];
    private readonly Dictionary<string, (string ETag, string Bytes)> _input = [];
    private readonly Dictionary<string, string?> _prepared = [];
    private readonly List<(string Period, string ETag)> _events = [];
    private readonly HashSet<string> _started = [];
    private int _etags;

    public Ledger Ledger { get; private set; } = new() { Pipeline = "p" };

    public int Accumulations { get; private set; }

    /// <summary>How often a run has looked and had to wait.</summary>
    public int VainLooks { get; private set; }

    public void Drop(SimulatedFile file, int events)
    {
        var etag = $"0x{++_etags:X}";
        _input[file.Period] = (etag, file.Bytes);
        _events.AddRange(Enumerable.Repeat((file.Period, etag), events));
    }

    // Everything that could happen now: an event is delivered, or a run takes a turn.
    public IReadOnlyList<Action> Moves()
    {
        var moves = new List<Action>();
        for (var i = 0; i < _events.Count; i++)
        {
            var at = i;
            moves.Add(() => Deliver(at));
        }

        moves.AddRange(Ledger.Runs
            .Where(r => r.State == RunState.Active && !_asleep.Contains(r.RunId) && (sleepers || Next(r.RunId).Turn != Turn.Wait))
            .Select(r => (Action)(() => Step(r.RunId))));
        return moves;
    }

    private NextTurn Next(string runId) => LedgerTurns.Next(
        Ledger, runId, _prepared.GetValueOrDefault(runId), _input.ToDictionary(b => b.Key, b => b.Value.ETag));

    private void Deliver(int index)
    {
        var (period, etag) = _events[index];
        _events.RemoveAt(index);
        var id = RunIds.ForArrival("p", period, etag);
        if (!_started.Add(id))
        {
            return;
        }

        var bytes = _input.TryGetValue(period, out var blob) && blob.ETag == etag
            ? new DropBytes("sha-" + blob.Bytes, blob.Bytes.Length)
            : null;
        Ledger = LedgerAdmission.Admit(Ledger, new AdmissionRequest(id, period, $"p/{period}.csv", etag), bytes, default);
        if (Ledger.FindRun(id)!.State != RunState.Active)
        {
            Ledger = LedgerEndings.AddDueRuns(Ledger, restate: true, hasDefinition: true, default);
        }

        Wake(id);
    }

    private void Wake(string by) => _asleep.ExceptWith(Waiting.In(Ledger, by));

    private void Step(string runId)
    {
        var next = Next(runId);
        var run = Ledger.FindRun(runId)!;
        var drop = Ledger.DropOf(run)!;
        var waits = next.Turn == Turn.Wait;
        Ledger = Ledger.With(run with { WaitsFor = waits ? next.Reason : null, Prepared = waits ? _prepared.GetValueOrDefault(runId) : null });
        switch (next.Turn)
        {
            case Turn.Wait when sleepers:
                VainLooks++;
                _asleep.Add(runId);
                return;
            case Turn.Validate:
                var accepted = !drop.Sha256.Contains("bad", StringComparison.Ordinal);
                if (!accepted && _input.TryGetValue(drop.Period, out var blob) && drop.ETags.Contains(blob.ETag))
                {
                    _input.Remove(drop.Period);
                }

                var against = drop.Period == PeriodOrder.Initial ? "" : Ledger.InForce(PeriodOrder.Initial)!.Sha256;
                Ledger = LedgerEndings.Judge(Ledger, runId, accepted, against, rows: 1, hasLabel: true);
                break;
            case Turn.Predict:
                _prepared[runId] = next.HistoryHash;
                Accumulations++;
                break;
            case Turn.Publish:
                Ledger = LedgerEndings.Claim(Ledger, runId, next.HistoryHash!, next.HistoryHash!, default);
                Ledger = LedgerEndings.Complete(Ledger, runId);
                break;
            case Turn.End:
                Ledger = LedgerEndings.End(Ledger, runId, next.State, next.Reason, starved: false, restate: true, hasDefinition: true, default);
                break;
            default:
                throw new InvalidOperationException("A waiting run takes no turn.");
        }

        Wake(runId);
    }

    /// <summary>What remains visible: the data in force and, of each period that is no duplicate, what its predictions rest on.</summary>
    public string FinalState() => string.Join('\n', Ledger.Periods.Select(period =>
    {
        var drop = Ledger.InForce(period);
        if (drop is null)
        {
            return $"{period}: nothing";
        }

        return $"{period}: {drop.Sha256} published {Ledger.Published(period)?.HistoryHash ?? "nothing"}";
    }));
}
