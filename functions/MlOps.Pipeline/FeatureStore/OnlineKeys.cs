using System.Security.Cryptography;
using System.Text;
using MlOps.Storage;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>
/// Keys of the online table. A generation's rows lie in several partitions, so that they can be written and read side by side; whatever an id holds, its key
/// is one of letters and digits.
/// </summary>
internal static class OnlineKeys
{
    /// <summary>Row of the pointer.</summary>
    public const string Pointer = "pointer";

    /// <summary>What the rows begin with that name the generations of which there are rows.</summary>
    public const string Started = "generation.";

    /// <summary>Partitions of a generation.</summary>
    public const int Partitions = 16;

    private const int PlainLongest = 100;

    /// <summary>Partition of the pointer and of the generations' names.</summary>
    public static string Head(PipelineName pipeline) => pipeline.Value;

    /// <summary>One of a generation's partitions.</summary>
    public static string Partition(PipelineName pipeline, string mark, int number) => $"{pipeline}.{mark}.{number:x}";

    /// <summary>Partition and row of an id.</summary>
    public static (int Partition, string Row) Of(string id)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(id));
        return (hash[0] % Partitions, id.Length is > 0 and <= PlainLongest && id.All(char.IsAsciiLetterOrDigit) ? "i" + id : "h" + Convert.ToHexStringLower(hash));
    }
}
