using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Sampling;

/// <summary>Rounds gradients to a few levels, at random or to the nearest (Shi et al., "Quantized training of gradient boosting decision trees", 2022).</summary>
internal sealed unsafe class GradientQuantizer : IDisposable
{
    private readonly Parameters _parameters;
    private readonly bool _constantHessian;
    private readonly NativeBuffer<float> _quantised;
    private readonly double[] _gradientNoise;
    private readonly double[] _hessianNoise;
    private readonly MersenneTwister _starts;
    private readonly int _rows;

    /// <param name="rows">Rows that are quantised.</param>
    /// <param name="parameters">Settings.</param>
    /// <param name="constantHessian">Whether every hessian is the same.</param>
    public GradientQuantizer(int rows, Parameters parameters, bool constantHessian)
    {
        _rows = rows;
        _parameters = parameters;
        _constantHessian = constantHessian;
        _quantised = new NativeBuffer<float>(2L * rows);
        _starts = new MersenneTwister((uint)parameters.Seed);
        _gradientNoise = [];
        _hessianNoise = [];
        if (parameters.StochasticRounding)
        {
            _gradientNoise = new MersenneTwister((uint)parameters.Seed).NextDoubles(rows);
            _hessianNoise = new MersenneTwister((uint)parameters.Seed + 1).NextDoubles(rows);
        }
    }

    /// <summary>Pairs of whole numbers, by row.</summary>
    public float* Pairs => _quantised.Pointer;

    /// <summary>Quantises the gradients of one tree.</summary>
    /// <param name="pairs">Pairs of all rows.</param>
    /// <param name="bag">Rows that count; empty for all.</param>
    /// <param name="usesSubset">Whether LightGBM would see the bag's rows only.</param>
    public QuantizedScale Quantise(float* pairs, ReadOnlySpan<int> bag, bool usesSubset)
    {
        bool bagOnly = usesSubset && !bag.IsEmpty;
        int count = bagOnly ? bag.Length : _rows;
        double largestG = 0;
        double largestH = 0;
        for (int i = 0; i < count; i++)
        {
            long row = bagOnly ? bag[i] : i;
            largestG = Math.Max(largestG, Math.Abs(pairs[2 * row]));
            largestH = Math.Max(largestH, Math.Abs(pairs[(2 * row) + 1]));
        }

        int levels = _parameters.NumGradQuantBins;
        double scaleG = largestG / (levels / 2);
        double scaleH = _constantHessian ? largestH : largestH / levels;
        double inverseG = 1.0 / scaleG;
        double inverseH = 1.0 / scaleH;
        int offset = _starts.NextInt(_rows);
        for (int i = 0; i < count; i++)
        {
            long row = bagOnly ? bag[i] : i;
            double noiseG = 0.5;
            double noiseH = 0.5;
            if (_parameters.StochasticRounding)
            {
                int at = (int)((i + (long)offset) % count);
                noiseG = _gradientNoise[at];
                noiseH = _hessianNoise[at];
            }

            double g = pairs[2 * row];
            double h = pairs[(2 * row) + 1];
            Pairs[2 * row] = (sbyte)(int)(g >= 0 ? (g * inverseG) + noiseG : (g * inverseG) - noiseG);
            Pairs[(2 * row) + 1] = _constantHessian ? 1 : (sbyte)(int)((h * inverseH) + noiseH);
        }

        return new QuantizedScale(scaleG, scaleH, !bagOnly && !bag.IsEmpty);
    }

    public void Dispose() => _quantised.Dispose();
}
