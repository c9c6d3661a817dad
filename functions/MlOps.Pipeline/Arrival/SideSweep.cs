using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Pipeline.Arrival;

/// <summary>Finds files of side tables that nobody has looked at: whose events were lost, whose look failed, or whose orchestration is gone.</summary>
internal sealed class SideSweep(LedgerStore ledgers, DefinitionStore definitions, DurableTaskClient client, RunStarter starter, int attempts)
{
    /// <summary>What is asked for of a version of a file.</summary>
    public static SideRunRequest RequestOf(SideName side, string blobName, string etag) =>
        new(side.Pipeline.Value, side.Source, side.Period.Value, blobName, RunIds.NormalizeETag(etag));

    /// <summary>Starts what looks at a file, where nothing does or did.</summary>
    /// <param name="file">The file.</param>
    /// <param name="side">What its name says.</param>
    /// <param name="receive">Receives a file as its event would have.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Id of the orchestration that was started; empty where none was.</returns>
    public async Task<IReadOnlyList<string>> FindAsync(
        InputFile file, SideName side, Func<InputFile, CancellationToken, Task<string?>> receive, CancellationToken cancellation)
    {
        PipelineDefinition? definition;
        try
        {
            definition = await definitions.PinAsync(side.Pipeline, cancellation);
        }
        catch (DefinitionException)
        {
            // The runs of the pipeline tell of it.
            return [];
        }

        // A folder of a pipeline that has no side tables is nobody's business.
        if (definition?.Sources is not { } sources)
        {
            return [];
        }

        var known = SideHistory.Find(await ledgers.ReadAsync(side.Pipeline, cancellation), side.Source, side.Period.Value, file.ETag);
        if (known is { State: not (RunState.Active or RunState.Failed) })
        {
            return [];
        }

        if (known is null && await receive(file, cancellation) is { } runId)
        {
            return [runId];
        }

        return sources.Any(s => s.Name == side.Source) ? await AgainAsync(file, side, known, cancellation) : [];
    }

    private async Task<IReadOnlyList<string>> AgainAsync(InputFile file, SideName side, SideFile? known, CancellationToken cancellation)
    {
        var request = RequestOf(side, file.Name, file.ETag);
        var previous = known?.RunId ?? RunIds.ForSide(request.Pipeline, request.Source, request.Period, request.ETag);
        if (await client.GetInstanceAsync(previous, cancellation) is { IsCompleted: false })
        {
            return [];
        }

        for (var attempt = 1; attempt <= attempts; attempt++)
        {
            var runId = RunIds.ForSide(request.Pipeline, request.Source, request.Period, request.ETag, attempt);
            if (await starter.TryStartAsync(ProcessSideOrchestrator.Name, runId, request with { Lost = known?.RunId }, cancellation))
            {
                return [runId];
            }
        }

        return [];
    }
}
