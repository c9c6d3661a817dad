using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>The table that a drop of pictures became, as the run that looked at them left it.</summary>
/// <param name="runner">Reads steps.</param>
/// <param name="documents">Run documents.</param>
public sealed class PictureTables(StepRunner runner, RunDocuments documents)
{
    private const string Validate = "validate";
    private const string Pictures = "pictures";
    private const string Table = "table.csv";

    /// <summary>Opens it.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="ledger">The pipeline's ledger.</param>
    /// <param name="drop">The drop.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The table; <see langword="null"/> where no run has made one that could be used.</returns>
    public async Task<Stream?> OpenAsync(PipelineName pipeline, Ledger ledger, LedgerDrop drop, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(drop);
        foreach (var run in ledger.Runs.Where(r => r.Period == drop.Period && r.Revision == drop.Revision).Reverse())
        {
            if (await documents.ReadAsync(pipeline, RunId.Parse(run.RunId), cancellation) is { } document
                && document.Steps.FirstOrDefault(s => s.Name == Validate) is { } validated
                && (await runner.ReadRecordAsync(pipeline, validated.Key, cancellation)).Inputs.TryGetValue(Pictures, out var key)
                && (await runner.ReadRecordAsync(pipeline, key, cancellation)).Outputs.Any(o => o.Name == Table))
            {
                return await runner.OpenAsync(pipeline, key, Table, cancellation);
            }
        }

        return null;
    }
}
