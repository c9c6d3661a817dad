using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>What the name of a file of a side table says: <c>{pipeline}/{source}/initial.csv</c> or <c>{pipeline}/{source}/{yyyyMMdd}.csv</c>, or the quarantine file of one, corrected.</summary>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Source">Name of the source, which the definition may not have.</param>
/// <param name="Period">The file's day, or <c>initial</c>.</param>
public sealed record SideName(PipelineName Pipeline, string Source, Period Period)
{
    /// <summary>Reads a blob's name.</summary>
    /// <param name="blobName">Name inside the input container.</param>
    /// <returns>What it says; <see langword="null"/> where it is not the name of such a file.</returns>
    public static SideName? Read(string blobName)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        var parts = blobName.Split('/');
        return parts.Length == 3 && PipelineName.TryParse(parts[0], out var pipeline) && PipelineName.TryParse(parts[1], out var source)
            && DropName.TryParse($"{parts[0]}/{parts[2]}", out _, out var period, out _)
            ? new SideName(pipeline, source.Value, period)
            : null;
    }
}
