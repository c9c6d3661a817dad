using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlOps.Boosting.Histograms;

/// <summary>Gradient and hessian sums of the root, row by row in ascending order: other orders differ in the last digits.</summary>
internal static unsafe class RootSums
{
    /// <param name="rows">Rows, or null for the rows 0 … <paramref name="count"/> - 1.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="gradients">Pairs (gradient, hessian), by row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double G, double H) Of(int* rows, int count, float* gradients)
    {
        Vector128<double> sum = Vector128<double>.Zero;
        for (int i = 0; i < count; i++)
        {
            long row = rows is null ? i : rows[i];
            sum += Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(double*)(gradients + (2 * row))).AsSingle());
        }

        return (sum[0], sum[1]);
    }
}
