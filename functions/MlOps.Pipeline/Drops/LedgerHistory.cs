using System.Text;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>Which data a period rests on, as pure functions of the ledger.</summary>
public static class LedgerHistory
{
    /// <summary>
    /// The data that a period is trained on: the history and every accepted, labelled earlier period in its newest revision, in
    /// period order, the same bytes only once.
    /// </summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="period">The period to be predicted.</param>
    public static IReadOnlyList<LedgerDrop> Of(Ledger ledger, string period)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return [.. ledger.Learnable.TakeWhile(drop => PeriodOrder.IsBefore(drop.Period, period))];
    }

    /// <summary>Hash of the data that a drop's predictions rest on now: periods and bytes of the history and of the drop.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="drop">The drop to be predicted.</param>
    /// <returns>64 lower-case hexadecimal digits.</returns>
    public static string HashOf(Ledger ledger, LedgerDrop drop)
    {
        ArgumentNullException.ThrowIfNull(drop);
        var text = new StringBuilder();
        foreach (var part in Of(ledger, drop.Period))
        {
            text.Append(part.Period).Append(' ').Append(part.Sha256).Append('\n');
        }

        // Those of the drop are all: each earlier drop is joined with some of them.
        foreach (var side in SideHistory.Of(ledger, drop.Period) ?? [])
        {
            text.Append("side ").Append(side.Source).Append(' ').Append(side.Period).Append(' ').Append(side.Sha256).Append('\n');
        }

        text.Append("score ").Append(drop.Period).Append(' ').Append(drop.Sha256).Append('\n');
        return ContentHash.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Whether the published predictions of a drop rest on the data that is in force now.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="drop">The drop.</param>
    public static bool IsPublished(Ledger ledger, LedgerDrop drop)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(drop);
        return IsPublished(ledger, drop, ledger.Published(drop.Period));
    }

    internal static bool IsPublished(Ledger ledger, LedgerDrop drop, Publication? published) =>
        published is not null && published.DropRevision == drop.Revision && published.HistoryHash == HashOf(ledger, drop);

    internal static PinnedDrop Pin(Ledger ledger, LedgerDrop drop) =>
        new(drop.Period, drop.BlobName, drop.ETags[0], drop.Sha256, drop.Revision, SideHistory.Of(ledger, drop.Period));
}
