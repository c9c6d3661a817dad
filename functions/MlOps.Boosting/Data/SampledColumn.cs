using System.Runtime.CompilerServices;
using MlOps.Boosting.Kernels;

namespace MlOps.Boosting.Data;

/// <summary>The sampled values of one feature that are not zero, read block by block.</summary>
/// <param name="column">The feature.</param>
/// <param name="sample">Sampled rows, ascending.</param>
internal readonly ref struct SampledColumn(FeatureColumn column, int[] sample)
{
    private const int BlockRows = 1024;

    /// <summary>The values that are not zero, in the sample's order.</summary>
    /// <param name="values">Receives them; as long as the sample.</param>
    /// <returns>How many there are.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public int NonZero(double[] values)
    {
        Span<double> buffer = stackalloc double[BlockRows];
        Span<int> positions = stackalloc int[BlockRows];
        int count = 0;
        for (int start = 0; start < sample.Length; start += BlockRows)
        {
            ReadOnlySpan<double> block = Block(start, buffer);
            int found = NonZeroKernel.Find(block, positions);
            if (found == block.Length)
            {
                block.CopyTo(values.AsSpan(count));
            }
            else
            {
                for (int i = 0; i < found; i++)
                {
                    values[count + i] = block[positions[i]];
                }
            }

            count += found;
        }

        return count;
    }

    /// <summary>Where in the sample the values that are not zero stand, ascending.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public int[] NonZeroPositions()
    {
        Span<double> buffer = stackalloc double[BlockRows];
        Span<int> positions = stackalloc int[BlockRows];
        var all = new List<int>();
        for (int start = 0; start < sample.Length; start += BlockRows)
        {
            int found = NonZeroKernel.Find(Block(start, buffer), positions);
            for (int i = 0; i < found; i++)
            {
                positions[i] += start;
            }

            all.AddRange(positions[..found]);
        }

        return [.. all];
    }

    // A sample of all rows is read where it lies.
    private ReadOnlySpan<double> Block(int start, Span<double> buffer)
    {
        int count = Math.Min(BlockRows, sample.Length - start);
        return sample.Length == column.Length ? column.Block(start, count, buffer) : column.Gather(sample.AsSpan(start, count), buffer);
    }
}
