namespace MlOps.Pipeline.Drops;

/// <summary>The earlier entries of a long ledger, put together from its parts.</summary>
internal sealed class LedgerArchive
{
    private readonly ArchivedEntries<LedgerDrop> _drops;
    private readonly ArchivedEntries<LedgerRun> _runs;
    private readonly ArchivedEntries<Publication> _publications;
    private readonly ArchivedEntries<SideFile> _sides;

    /// <summary>Puts parts together.</summary>
    /// <param name="parts">The parts, the oldest first.</param>
    public LedgerArchive(IReadOnlyList<Ledger> parts)
    {
        _drops = new(drop => (drop.Period, "", drop.Revision), parts.Select(p => p.Drops));
        _runs = new(run => (run.RunId, "", 0), parts.Select(p => p.Runs));
        _publications = new(publication => (publication.Period, publication.RunId, publication.Revision), parts.Select(p => p.Publications));
        _sides = new(side => (side.Source, side.Period, side.Revision), parts.Select(p => p.Sides ?? []));
    }

    /// <summary>How many entries there are of the kind of which there are most.</summary>
    /// <param name="ledger">Whole, or some of its entries.</param>
    public static int Most(Ledger ledger) =>
        Math.Max(Math.Max(ledger.Drops.Count, ledger.Runs.Count), Math.Max(ledger.Publications.Count, ledger.Sides?.Count ?? 0));

    /// <summary>Parts a ledger's last entries of each kind from those before them.</summary>
    /// <param name="ledger">The entries.</param>
    /// <param name="last">How many of each kind, at most.</param>
    public static (Ledger Older, Ledger Last) Split(Ledger ledger, int last) =>
        (ledger with
        {
            Drops = [.. ledger.Drops.SkipLast(last)], Runs = [.. ledger.Runs.SkipLast(last)], Publications = [.. ledger.Publications.SkipLast(last)],
            Sides = ledger.Sides is { } older ? [.. older.SkipLast(last)] : null,
        },
        ledger with
        {
            Drops = [.. ledger.Drops.TakeLast(last)], Runs = [.. ledger.Runs.TakeLast(last)], Publications = [.. ledger.Publications.TakeLast(last)],
            Sides = ledger.Sides is { } sides ? [.. sides.TakeLast(last)] : null,
        });

    /// <summary>All entries of the parts, as one part.</summary>
    /// <param name="of">A part of the same ledger.</param>
    public Ledger AsOne(Ledger of) => of with { Drops = _drops.All, Runs = _runs.All, Publications = _publications.All, Sides = _sides.All is [] ? null : _sides.All };

    /// <summary>The whole ledger.</summary>
    /// <param name="newest">The entries that are in no part, or have changed since.</param>
    public Ledger With(Ledger newest)
    {
        var sides = _sides.With(newest.Sides ?? []);
        return newest with
        {
            Drops = _drops.With(newest.Drops), Runs = _runs.With(newest.Runs), Publications = _publications.With(newest.Publications), Sides = sides is [] ? newest.Sides : sides,
        };
    }

    /// <summary>What must be kept beside the parts of a ledger; <see langword="null"/> where the parts hold what it no longer has.</summary>
    /// <param name="whole">The ledger.</param>
    public Ledger? NewestOf(Ledger whole) =>
        _drops.NewerIn(whole.Drops) is { } drops && _runs.NewerIn(whole.Runs) is { } runs && _publications.NewerIn(whole.Publications) is { } publications
            && _sides.NewerIn(whole.Sides ?? []) is { } sides
            ? whole with { Drops = drops, Runs = runs, Publications = publications, Sides = whole.Sides is null ? null : sides }
            : null;
}
