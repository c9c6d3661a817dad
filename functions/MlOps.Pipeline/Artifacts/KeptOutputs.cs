namespace MlOps.Pipeline.Artifacts;

/// <summary>
/// Small outputs of steps that this process has lately written, or read and found undamaged, by their hash. The steps of a run read the same schema,
/// table and transform over and over: a third of all requests for blobs.
/// </summary>
internal sealed class KeptOutputs
{
    /// <summary>Longest output that is kept, in bytes.</summary>
    public const int LongestKept = 256 << 10;

    private const long Most = 32 << 20;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _kept = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>An output's bytes, which must not be changed; <see langword="null"/> where they are not kept.</summary>
    /// <param name="sha256">Its recorded hash.</param>
    public byte[]? Find(string sha256)
    {
        lock (_gate)
        {
            return _kept.GetValueOrDefault(sha256);
        }
    }

    /// <summary>Keeps an output if it is small enough; when there are more than 32 MB, all the others are let go.</summary>
    /// <param name="sha256">The hash of the bytes.</param>
    /// <param name="bytes">The bytes, not to be changed from now on.</param>
    public void Keep(string sha256, byte[] bytes)
    {
        if (bytes.Length > LongestKept)
        {
            return;
        }

        lock (_gate)
        {
            if (_bytes + bytes.Length > Most)
            {
                _kept.Clear();
                _bytes = 0;
            }

            _bytes += _kept.TryAdd(sha256, bytes) ? bytes.Length : 0;
        }
    }
}
