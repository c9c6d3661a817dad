using System.Text.RegularExpressions;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>What the name of a blob in the input container says: <c>{pipeline}/initial.csv</c> or <c>{pipeline}/{yyyyMMdd}.csv</c>, with <c>.zip</c> where it holds pictures, or the quarantine file of one, corrected.</summary>
public static partial class DropName
{
    /// <summary>Whether a blob's file name begins with <c>.</c> or <c>_</c>, by which upstream marks what is not meant to be read.</summary>
    /// <param name="blobName">Name inside the input container.</param>
    public static bool IsHidden(string blobName)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        return blobName.Split('/').Any(part => part.StartsWith('.') || part.StartsWith('_'));
    }

    /// <summary>Whether a blob is a CSV or zip file directly in the folder of a pipeline, whatever its name says.</summary>
    /// <param name="blobName">Name inside the input container.</param>
    public static bool IsFileOfPipeline(string blobName)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        var slash = blobName.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && (blobName.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || blobName.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            && blobName.IndexOf('/', slash + 1) < 0
            && PipelineName.TryParse(blobName[..slash], out _);
    }

    /// <summary>
    /// Whether a blob is a corrected quarantine file by its name: <c>{pipeline}/{period}.quarantine.csv</c>, perhaps with the ETag between that it has in
    /// the rejected container.
    /// </summary>
    /// <param name="blobName">Name inside the input container.</param>
    public static bool IsCorrection(string blobName)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        return blobName.EndsWith(".quarantine.csv", StringComparison.Ordinal);
    }

    /// <summary>
    /// The period of a file that comes back, corrected, under the name that it has in the rejected container: <c>{period}.{etag}.csv</c>, perhaps with what browsers
    /// add to a second download.
    /// </summary>
    /// <param name="file">Name of the file without folder.</param>
    /// <param name="period">The period.</param>
    /// <returns>Whether it is such a name.</returns>
    public static bool TryParseKept(string file, out Period period)
    {
        ArgumentNullException.ThrowIfNull(file);
        period = default;
        return Kept().Match(file) is { Success: true } match && Period.TryParse(match.Groups[1].Value, out period);
    }

    [GeneratedRegex(@"^(initial|\d{8})\.0x[0-9A-Fa-f]{1,40}( ?\(\d{1,3}\))?\.(csv|zip)$")]
    private static partial Regex Kept();

    /// <summary>Reads pipeline and period.</summary>
    /// <param name="blobName">Name inside the input container.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="period">The period.</param>
    /// <param name="problem">What is wrong with the name and what it should be, where it is wrong.</param>
    /// <returns>Whether the name is that of a drop.</returns>
    public static bool TryParse(string blobName, out PipelineName pipeline, out Period period, out string problem)
    {
        ArgumentNullException.ThrowIfNull(blobName);
        period = default;
        var slash = blobName.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !PipelineName.TryParse(blobName[..slash], out pipeline))
        {
            pipeline = default;
            problem = "A drop lies in the folder of its pipeline, such as credit/20201001.csv; a pipeline's name has letters, digits, '-' and '_'.";
            return false;
        }

        var file = blobName[(slash + 1)..];
        problem = "";
        var isFile = file.EndsWith(".csv", StringComparison.Ordinal) || file.EndsWith(".zip", StringComparison.Ordinal);
        if ((isFile && Period.TryParse(IsCorrection(blobName) ? file.Split('.')[0] : file[..^4], out period))
            || TryParseKept(file, out period))
        {
            return true;
        }

        if (isFile && Period.MissingDay(file.Split('.')[0]) is { } missing)
        {
            problem = $"{missing}. Give the file the name of a day of its period and drop it again.";
            return false;
        }

        problem = "The name of a drop is initial.csv or the period's day as yyyyMMdd.csv, such as 20201001.csv; of pictures .zip. Rename the file and drop it again.";
        return false;
    }
}
