using System.Text.Json.Serialization;

namespace MlOps.Pipeline.Drops;

/// <summary>
/// Everything that is known of the drops, runs and publications of one pipeline, in one JSON document that changes only under
/// its ETag. What happens next is always a pure function of it: see <see cref="LedgerAdmission"/>, <see cref="LedgerHistory"/>,
/// <see cref="LedgerTurns"/> and <see cref="LedgerEndings"/>. Entries are never removed, so an event that comes years late still
/// meets its drop.
/// </summary>
public sealed record Ledger
{
    private LedgerView? _view;

    /// <summary>Version of the document's form.</summary>
    public int Format { get; init; } = 1;

    /// <summary>Pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Versions of files, in order of their admission.</summary>
    public IReadOnlyList<LedgerDrop> Drops { get; init; } = [];

    /// <summary>Runs, in order of their start.</summary>
    public IReadOnlyList<LedgerRun> Runs { get; init; } = [];

    /// <summary>Revisions of predictions, in order of publication.</summary>
    public IReadOnlyList<Publication> Publications { get; init; } = [];

    /// <summary>Versions of files of side tables, in order of their admission; <see langword="null"/> where none has come.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SideFile>? Sides { get; init; }

    /// <summary>Periods that have a drop, in period order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Periods => View.Periods;

    /// <summary>What a period after others may learn from, in period order: the history, and accepted periods with labels, the same bytes only once.</summary>
    [JsonIgnore]
    internal IReadOnlyList<LedgerDrop> Learnable => View.Learnable;

    /// <summary>A run by its id.</summary>
    /// <param name="runId">Id of the run.</param>
    public LedgerRun? FindRun(string runId) => Runs.FirstOrDefault(r => r.RunId == runId);

    /// <summary>The drop that a run works on; <see langword="null"/> where its bytes were never read.</summary>
    /// <param name="run">The run.</param>
    public LedgerDrop? DropOf(LedgerRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return FindDrop(run.Period, run.Revision);
    }

    /// <summary>A drop by period and revision.</summary>
    /// <param name="period">Period.</param>
    /// <param name="revision">Revision, from 1.</param>
    public LedgerDrop? FindDrop(string period, int revision) => Drops.FirstOrDefault(d => d.Period == period && d.Revision == revision);

    /// <summary>
    /// The newest drop of a period that stands: neither refused nor a copy of an earlier period's bytes. It may still be unvalidated.
    /// </summary>
    /// <param name="period">Period.</param>
    public LedgerDrop? Current(string period) => View.Current.GetValueOrDefault(period);

    /// <summary>The newest accepted drop of a period: the data that later periods learn from.</summary>
    /// <param name="period">Period.</param>
    public LedgerDrop? InForce(string period) => View.InForce.GetValueOrDefault(period);

    /// <summary>The earlier period that holds the same bytes as a drop, or <see langword="null"/>.</summary>
    /// <param name="drop">The drop.</param>
    public string? OriginalOf(LedgerDrop drop)
    {
        ArgumentNullException.ThrowIfNull(drop);
        return View.Originals.TryGetValue(drop.Sha256, out var period) && PeriodOrder.IsBefore(period, drop.Period) ? period : null;
    }

    /// <summary>The newest publication of a period whose files are all written.</summary>
    /// <param name="period">Period.</param>
    public Publication? Published(string period) => Publications.LastOrDefault(p => p.Period == period && p.Complete);

    /// <summary>The newest run that really worked on a drop (not one that only found the same bytes again).</summary>
    /// <param name="drop">The drop.</param>
    public LedgerRun? LastRunOf(LedgerDrop drop)
    {
        ArgumentNullException.ThrowIfNull(drop);
        return Runs.LastOrDefault(r => r.Period == drop.Period && r.Revision == drop.Revision && r.State != RunState.Unchanged);
    }

    /// <summary>Whether a version of a period's file has been read.</summary>
    /// <param name="period">Period.</param>
    /// <param name="etag">ETag of the version.</param>
    internal bool HasDrop(string period, string etag) => View.ByPeriod[period].Any(d => d.ETags.Contains(etag));

    internal bool IsActive(string period) => Runs.Any(r => r.Period == period && r.State == RunState.Active);

    internal Ledger With(LedgerRun run) => this with { Runs = Replace(Runs, r => r.RunId == run.RunId, run) };

    internal Ledger With(LedgerDrop drop) =>
        this with { Drops = Replace(Drops, d => d.Period == drop.Period && d.Revision == drop.Revision, drop) };

    internal Ledger With(SideFile side) =>
        this with { Sides = Replace(Sides ?? [], s => s.Source == side.Source && s.Period == side.Period && s.Revision == side.Revision, side) };

    internal Ledger With(Publication publication) => this with
    {
        Publications = Replace(Publications, p => p.Period == publication.Period && p.Revision == publication.Revision && p.RunId == publication.RunId, publication),
    };

    private LedgerView View => _view is { } view && ReferenceEquals(view.Drops, Drops) ? view : _view = new LedgerView(Drops);

    private static List<T> Replace<T>(IReadOnlyList<T> list, Func<T, bool> same, T item)
    {
        var copy = list.ToList();
        var at = copy.FindIndex(x => same(x));
        if (at < 0)
        {
            copy.Add(item);
        }
        else
        {
            copy[at] = item;
        }

        return copy;
    }
}

/// <summary>What the drops of a ledger amount to, worked out once: an earlier period's bytes are the original whichever came first.</summary>
internal sealed class LedgerView
{
    public LedgerView(IReadOnlyList<LedgerDrop> drops)
    {
        Drops = drops;
        Periods = [.. drops.Select(d => d.Period).Distinct(StringComparer.Ordinal).Order(PeriodOrder.Instance)];
        ByPeriod = drops.ToLookup(d => d.Period, StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var period in ByPeriod.OrderBy(g => g.Key, PeriodOrder.Instance))
        {
            var standing = period.Where(d => d.Verdict != Verdict.Rejected && !Originals.ContainsKey(d.Sha256)).ToList();
            if (standing.LastOrDefault(d => d.Verdict == Verdict.Accepted) is { } inForce)
            {
                InForce.Add(period.Key, inForce);
                if ((period.Key == PeriodOrder.Initial || inForce.HasLabel) && known.Add(inForce.Sha256))
                {
                    Learnable.Add(inForce);
                }
            }

            if (standing is [.., var current])
            {
                Current.Add(period.Key, current);
                Originals.Add(current.Sha256, period.Key);
            }
        }
    }

    public IReadOnlyList<LedgerDrop> Drops { get; }

    public IReadOnlyList<string> Periods { get; }

    public ILookup<string, LedgerDrop> ByPeriod { get; }

    public List<LedgerDrop> Learnable { get; } = [];

    public Dictionary<string, LedgerDrop> Current { get; } = [];

    public Dictionary<string, LedgerDrop> InForce { get; } = [];

    // Bytes to the earliest period under which they stand.
    public Dictionary<string, string> Originals { get; } = [];
}

/// <summary>Order of periods as text: <c>initial</c> first, then by date.</summary>
public sealed class PeriodOrder : IComparer<string>
{
    /// <summary>Name of the history's period.</summary>
    public const string Initial = "initial";

    private PeriodOrder()
    {
    }

    /// <summary>The one order.</summary>
    public static PeriodOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => string.CompareOrdinal(x == Initial ? "" : x, y == Initial ? "" : y);

    /// <summary>Whether the first period comes before the second.</summary>
    /// <param name="x">First period.</param>
    /// <param name="y">Second period.</param>
    public static bool IsBefore(string x, string y) => Instance.Compare(x, y) < 0;
}
