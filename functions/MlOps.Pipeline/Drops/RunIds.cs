using System.Text;
using MlOps.Storage;

namespace MlOps.Pipeline.Drops;

/// <summary>
/// Ids of runs, equal to the instance ids of their orchestrations: pipeline, period and the blob's ETag, so that every duplicate of
/// an event ends in the one run; a repeated run adds a number that the ledger gives.
/// </summary>
public static class RunIds
{
    /// <summary>Id of the run that a file's event starts.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
    /// <param name="etag">ETag of the blob, with or without quotes.</param>
    public static string ForArrival(string pipeline, string period, string etag) => $"{pipeline}-{period}-{Clean(etag)}";

    /// <summary>Id of a further run of the same drop.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
    /// <param name="etag">ETag of the blob.</param>
    /// <param name="attempt">Number of the run among those of the drop, from 2.</param>
    public static string ForRepeat(string pipeline, string period, string etag, int attempt) => $"{ForArrival(pipeline, period, etag)}-{attempt}";

    /// <summary>The number of a run among those of its drop: 1 for the run that the event started, 0 for an id of another drop.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period"><c>initial</c> or <c>yyyyMMdd</c>.</param>
    /// <param name="etag">ETag of the blob.</param>
    public static int AttemptOf(string runId, string pipeline, string period, string etag)
    {
        ArgumentNullException.ThrowIfNull(runId);
        var first = ForArrival(pipeline, period, etag);
        if (runId == first)
        {
            return 1;
        }

        return runId.StartsWith(first + "-", StringComparison.Ordinal) && int.TryParse(runId.AsSpan(first.Length + 1), out var attempt) ? attempt : 0;
    }

    /// <summary>Id of the orchestration that looks at a version of a file of a side table.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="source">Name of the source.</param>
    /// <param name="period">Its day, or <c>initial</c>.</param>
    /// <param name="etag">ETag of the blob.</param>
    /// <param name="attempt">1 for the one that the event starts, more for those of the sweep.</param>
    public static string ForSide(string pipeline, string source, string period, string etag, int attempt = 1) =>
        $"{pipeline}-side-{source}-{period}-{Clean(etag)}{(attempt == 1 ? "" : $"-{attempt}")}";

    /// <summary>Id of the orchestration that puts a file aside which cannot be a drop.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="blobName">Name in the input container.</param>
    /// <param name="etag">ETag of the blob.</param>
    public static string ForRefusal(string pipeline, string blobName, string etag) =>
        $"{pipeline}-refused-{ContentHash.OfJson(new[] { blobName, NormalizeETag(etag) })[..16]}";

    /// <summary>An ETag as events write it: without quotes and the mark of a weak tag.</summary>
    /// <param name="etag">ETag from an event, a header or a listing.</param>
    public static string NormalizeETag(string etag)
    {
        ArgumentNullException.ThrowIfNull(etag);
        return (etag.StartsWith("W/", StringComparison.Ordinal) ? etag[2..] : etag).Trim('"');
    }

    // Instance ids become keys and paths; the emulator and the service write hexadecimal ETags, anything else is spelt in hexadecimal.
    private static string Clean(string etag)
    {
        var text = NormalizeETag(etag);
        return text.Length is > 0 and <= 40 && text.All(char.IsAsciiLetterOrDigit)
            ? text
            : "x" + ContentHash.Of(Encoding.UTF8.GetBytes(text))[..32];
    }
}
