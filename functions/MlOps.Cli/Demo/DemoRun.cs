using MlOps.Cli.Commands;
using MlOps.Cli.Sample;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Demo;

/// <summary>What a period came to.</summary>
/// <param name="File">The file that was dropped, with its truth.</param>
/// <param name="Standing">How its run ended.</param>
/// <param name="Manifest">Where its predictions came from; <see langword="null"/> where there are none.</param>
/// <param name="Run">The document of that run; <see langword="null"/> where there is none.</param>
/// <param name="Copies">Local copies of its predictions and what belongs to them.</param>
internal sealed record DemoPeriod(SampleFile File, PeriodStanding Standing, Manifest? Manifest, RunDocument? Run, IReadOnlyList<string> Copies);

/// <summary>The main job from nothing: a case is made, dropped as upstream would, run, and fetched.</summary>
internal sealed class DemoRun(StorageAccount account, RunHistory history, string folder)
{
    private static readonly PipelineName Pipeline = PipelineName.Parse(CreditDefaultCase.PipelineName);
    private readonly RunDocuments documents = new(account);

    /// <summary>Folder of the local copies.</summary>
    public string Copies { get; } = Path.Combine(folder, "predictions", CreditDefaultCase.PipelineName);

    /// <summary>Makes the case and drops all files of it, the definition first.</summary>
    public async Task<IReadOnlyList<SampleFile>> DropAsync(int rows, int seed, CancellationToken cancellation)
    {
        var made = Path.Combine(folder, "sample", $"rows-{rows}-seed-{seed}");
        var files = CreditDefaultCase.Write(made, rows, seed, cancellation);
        await PutCommand.PutDefinitionAsync(account, Pipeline, Path.Combine(made, $"{Pipeline}.yaml"), cancellation);
        foreach (var file in files)
        {
            await PutCommand.DropAsync(account, Path.Combine(made, file.Name), $"{Pipeline}/{file.Name}", cancellation);
        }

        return files;
    }

    /// <summary>Waits for the runs of all files and fetches what they wrote.</summary>
    public async Task<IReadOnlyList<DemoPeriod>> FinishAsync(IReadOnlyList<SampleFile> files, CancellationToken cancellation)
    {
        var standings = await WaitCommand.UntilEndedAsync(history, Pipeline, [.. files.Select(f => f.Period)], Timeout.InfiniteTimeSpan, cancellation);
        var periods = new List<DemoPeriod>();
        foreach (var file in files)
        {
            var standing = standings.First(s => s.Period == file.Period);
            var predicted = standing.Standing == Standing.Done && file.Period != "initial";
            var manifest = predicted ? await history.ManifestAsync(Pipeline, Period.Parse(file.Period), cancellation) : null;
            periods.Add(new DemoPeriod(
                file,
                standing,
                manifest,
                manifest is null ? null : await documents.ReadAsync(Pipeline, RunId.Parse(manifest.RunId), cancellation),
                predicted ? await GetCommand.FetchAsync(account, Pipeline, Period.Parse(file.Period), Copies, cancellation) : []));
        }

        return periods;
    }
}
