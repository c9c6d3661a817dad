using MlOps.Storage;

namespace MlOps.Cli.Hosting;

/// <summary>
/// An account that a version before 0.2 has worked on keeps orchestrations in a journal that this engine does not read. They are begun
/// anew by the sweep, which costs nothing that is done: steps are found by their content.
/// </summary>
internal static class FormerJournal
{
    /// <summary>Says what becomes of the runs in flight, once, and leaves the journal behind.</summary>
    /// <param name="account">The account.</param>
    /// <param name="say">Told in a sentence, where there is such a journal.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task LeaveAsync(StorageAccount account, Action<string> say, CancellationToken cancellation)
    {
        if (await account.FormerJournal.ExistsAsync(cancellation))
        {
            say("mlops: a former version has worked on this account: runs in flight begin anew, finished steps, models, predictions and the ledger stay as they are.");
            await account.FormerJournal.DeleteAsync(cancellationToken: cancellation);
        }
    }
}
