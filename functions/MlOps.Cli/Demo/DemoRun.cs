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
internal sealed class DemoRun(StorageAccount account, RunHistory history, string folder, SampleCase made)
{
    private readonly PipelineName pipeline = PipelineName.Parse(made.Pipeline);
    private readonly RunDocuments documents = new(account);

    /// <summary>Folder of the local copies.</summary>
    public string Copies { get; } = Path.Combine(folder, "predictions", made.Pipeline);

    /// <summary>Makes the case and drops all files of it, the definition first.</summary>
    public async Task<IReadOnlyList<SampleFile>> DropAsync(int rows, int seed, CancellationToken cancellation)
    {
        var sample = Path.Combine(folder, "sample", made == SampleCase.Credit ? "" : made.Pipeline, $"rows-{rows}-seed-{seed}");
        var files = made.Write(sample, rows, seed, cancellation);
        await PutCommand.PutDefinitionAsync(account, pipeline, Path.Combine(sample, $"{pipeline}.yaml"), cancellation);
        foreach (var file in files)
        {
            await PutCommand.DropAsync(account, Path.Combine(sample, file.Name), $"{pipeline}/{file.Name}", cancellation);
        }

        return files;
    }

    /// <summary>Waits for the runs of all files and fetches what they wrote.</summary>
    public async Task<IReadOnlyList<DemoPeriod>> FinishAsync(IReadOnlyList<SampleFile> files, CancellationToken cancellation)
    {
        var standings = await WaitCommand.UntilEndedAsync(history, pipeline, [.. files.Select(f => f.Period)], Timeout.InfiniteTimeSpan, cancellation);
        var periods = new List<DemoPeriod>();
        foreach (var file in files)
        {
            var standing = standings.First(s => s.Period == file.Period);
            var predicted = standing.Standing == Standing.Done && file.Period != "initial";
            var manifest = predicted ? await history.ManifestAsync(pipeline, Period.Parse(file.Period), cancellation) : null;
            periods.Add(new DemoPeriod(
                file,
                standing,
                manifest,
                manifest is null ? null : await documents.ReadAsync(pipeline, RunId.Parse(manifest.RunId), cancellation),
                predicted ? await GetCommand.FetchAsync(account, pipeline, Period.Parse(file.Period), Copies, cancellation) : []));
        }

        return periods;
    }
}
