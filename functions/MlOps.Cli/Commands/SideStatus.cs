using MlOps.Cli.Terminal;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary>What became of a file of a side table, by its name.</summary>
internal static class SideStatus
{
    /// <summary>The source that a name such as <c>bureau/20201001.csv</c> says; <see langword="null"/> of a file of the main table.</summary>
    public static string? SourceOf(string file) => file.Split('/') is [var source, _] && PipelineName.TryParse(source, out _) ? source : null;

    /// <summary>The versions of the file, the newest last.</summary>
    public static async Task<IReadOnlyList<(string Pipeline, SideFile File)>> ReadAsync(
        RunHistory history, PipelineName? pipeline, string source, Period period, CancellationToken cancellation)
    {
        var ledgers = await history.LedgersAsync(pipeline, cancellation);
        return [.. ledgers.SelectMany(l => (l.Sides ?? []).Where(s => s.Source == source && s.Period == period.Value).Select(s => (l.Pipeline, s)))];
    }

    /// <summary>Prints them.</summary>
    public static int Tell(IReadOnlyList<(string Pipeline, SideFile File)> found, string source, Period period, bool json)
    {
        if (found.Count == 0)
        {
            throw new CommandException($"no file {source}/{period}.csv was dropped. `mlops put PIPELINE --source {source} {period}.csv` drops one.");
        }

        if (json)
        {
            Answer.Json(new { source, period = period.Value, files = found.Select(f => new { pipeline = f.Pipeline, f.File }) });
            return ExitCode.Done;
        }

        foreach (var (pipeline, file) in found)
        {
            Answer.Line($"{pipeline}/{source}/{period}.csv: {file.State.Said()}, revision {file.Revision}, {file.Rows} rows, SHA-256 {file.Sha256}");
            if (file.Said is { } said)
            {
                Answer.Line($"  {said}");
            }
        }

        return ExitCode.Done;
    }
}
