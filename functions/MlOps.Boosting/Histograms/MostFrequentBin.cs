using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlOps.Boosting.Histograms;

/// <summary>
/// The entry of the most frequent bin is what the other bins leave of the leaf's sums, subtracted in bin order. Its
/// last digits differ from a plain sum over rows, and the trees of LightGBM depend on them.
/// </summary>
/// <param name="entries">A feature's entries, bin 0 first.</param>
/// <param name="bins">Number of bins.</param>
/// <param name="most">The most frequent one.</param>
internal readonly unsafe struct MostFrequentBin(double* entries, int bins, int most)
{
    /// <summary>Features that <see cref="FixFour"/> takes.</summary>
    public const int Together = 4;

    private readonly double* _entries = entries;
    private readonly int _bins = bins;
    private readonly int _most = most;

    /// <summary>Writes the entry of one feature.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="g">Gradient sum of the leaf.</param>
    /// <param name="h">Hessian sum of the leaf.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fix(in MostFrequentBin feature, double g, double h)
    {
        // The entry itself is cleared first: subtracting zero changes nothing.
        Vector128<double>.Zero.Store(feature._entries + (2 * feature._most));
        feature.Finish(Vector128.Create(g, h), 0);
    }

    /// <summary>Writes the entries of four features: each chain of subtractions is that of <see cref="Fix"/>.</summary>
    /// <param name="features">The features.</param>
    /// <param name="g">Gradient sum of the leaf.</param>
    /// <param name="h">Hessian sum of the leaf.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FixFour(MostFrequentBin* features, double g, double h)
    {
        int common = int.MaxValue;
        for (int i = 0; i < Together; i++)
        {
            Vector128<double>.Zero.Store(features[i]._entries + (2 * features[i]._most));
            common = Math.Min(common, features[i]._bins);
        }

        Vector128<double> a = Vector128.Create(g, h);
        Vector128<double> b = a;
        Vector128<double> c = a;
        Vector128<double> d = a;
        double* entriesA = features[0]._entries;
        double* entriesB = features[1]._entries;
        double* entriesC = features[2]._entries;
        double* entriesD = features[3]._entries;
        for (nint at = 0; at < 2 * common; at += 2)
        {
            a -= Vector128.Load(entriesA + at);
            b -= Vector128.Load(entriesB + at);
            c -= Vector128.Load(entriesC + at);
            d -= Vector128.Load(entriesD + at);
        }

        features[0].Finish(a, common);
        features[1].Finish(b, common);
        features[2].Finish(c, common);
        features[3].Finish(d, common);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(Vector128<double> rest, int from)
    {
        for (int bin = from; bin < _bins; bin++)
        {
            rest -= Vector128.Load(_entries + (2 * bin));
        }

        rest.Store(_entries + (2 * _most));
    }
}
