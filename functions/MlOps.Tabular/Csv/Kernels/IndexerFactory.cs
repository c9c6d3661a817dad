namespace MlOps.Tabular;

/// <summary>A way to index a block; see <see cref="VectorIndexer{TLanes}.TryIndex"/>.</summary>
internal delegate bool BlockIndexer(byte[] buffer, int start, int length, CsvDialect dialect, RecordIndex index);

/// <summary>Chooses the kernel once, at start. The variable MLOPS_CSV_KERNEL (plain, 256, 512) forces one.</summary>
internal static class IndexerFactory
{
    /// <summary>All kernels that run on this machine, best first. The plain one is the definition and always there.</summary>
    public static IReadOnlyList<(string Name, BlockIndexer Index)> Available { get; } = List();

    public static BlockIndexer Best { get; } = Choose(Environment.GetEnvironmentVariable("MLOPS_CSV_KERNEL"));

    /// <summary>Indexes with the kernel where the dialect and the text allow it, else plainly.</summary>
    public static void Index(BlockIndexer kernel, byte[] buffer, int start, int length, CsvDialect dialect, RecordIndex index)
    {
        if (dialect.Escape != '\0' || dialect.SkipSpaceAfterDelimiter || !kernel(buffer, start, length, dialect, index))
        {
            PlainIndexer.Index(buffer.AsSpan(start, length), dialect, index);
        }
    }

    private static List<(string, BlockIndexer)> List()
    {
        var kernels = new List<(string, BlockIndexer)>();
        if (Lanes512.IsSupported)
        {
            kernels.Add(("512", VectorIndexer<Lanes512>.TryIndex));
        }

        if (Lanes256.IsSupported)
        {
            kernels.Add(("256", VectorIndexer<Lanes256>.TryIndex));
        }

        kernels.Add(("plain", static (_, _, _, _, _) => false));
        return kernels;
    }

    private static BlockIndexer Choose(string? forced)
    {
        foreach (var (name, index) in Available)
        {
            if (forced is null || forced == name)
            {
                return index;
            }
        }

        throw new InvalidOperationException($"MLOPS_CSV_KERNEL={forced} is not available here. Use one of: {string.Join(", ", Available.Select(k => k.Name))}.");
    }
}
