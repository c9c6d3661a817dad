using System.Runtime.CompilerServices;

namespace MlOps.Boosting.Settings;

/// <summary>
/// Regularisation, and the formulas of leaf outputs and gains that depend on it only (ALGORITHM: T(g), output, gain;
/// the second-order approximation of Chen and Guestrin, "XGBoost", 2016, equations 5 to 7).
/// </summary>
internal sealed class SplitSettings
{
    /// <summary>The float32 nearest 1e-15, widened: keeps hessian sums above zero.</summary>
    public const double Epsilon = 1e-15f;

    public SplitSettings(Parameters parameters)
    {
        Parameters = parameters;
        L1 = parameters.LambdaL1;
        L2 = parameters.LambdaL2;
        MaxDeltaStep = parameters.MaxDeltaStep;
        Smoothing = parameters.PathSmooth;
        MinGain = parameters.MinGainToSplit;
        MinRows = parameters.MinDataInLeaf;
        MinHessian = parameters.MinSumHessianInLeaf;
        UsesL1 = L1 > 0;
        UsesMaxDeltaStep = MaxDeltaStep > 0;
        UsesSmoothing = Smoothing > Epsilon;
        UsesMonotone = parameters.MonotoneConstraints.Count > 0;
        UsesRandomThreshold = parameters.ExtraTrees;
        IsPlain = !UsesL1 && !UsesMaxDeltaStep && !UsesSmoothing && !UsesMonotone && !UsesRandomThreshold && !parameters.UseQuantizedGrad;
    }

    public Parameters Parameters { get; }

    public double L1 { get; }

    public double L2 { get; }

    public double MaxDeltaStep { get; }

    public double Smoothing { get; }

    public double MinGain { get; }

    public int MinRows { get; }

    public double MinHessian { get; }

    public bool UsesL1 { get; }

    public bool UsesMaxDeltaStep { get; }

    public bool UsesSmoothing { get; }

    public bool UsesMonotone { get; }

    public bool UsesRandomThreshold { get; }

    /// <summary>Whether gains need nothing but g²/(h + λ₂), which the vector kernel computes.</summary>
    public bool IsPlain { get; }

    /// <summary>A count estimated from a hessian: rounded half up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Round(double value) => (int)(value + 0.5);

    /// <summary>Soft threshold: sign(g)·max(0, |g| - λ₁).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double SoftThreshold(double g, double l1)
    {
        double reduced = Math.Max(0.0, Math.Abs(g) - l1);
        return g > 0 ? reduced : g < 0 ? -reduced : 0;
    }

    /// <summary>Output of a leaf before constraints.</summary>
    /// <param name="g">Gradient sum.</param>
    /// <param name="h">Hessian sum.</param>
    /// <param name="l2">λ₂, which categorical splits raise.</param>
    /// <param name="rows">Rows (estimated), for smoothing.</param>
    /// <param name="parentOutput">Output of the parent, for smoothing.</param>
    public double Output(double g, double h, double l2, int rows, double parentOutput) =>
        Output(g, h, l2, rows, parentOutput, UsesSmoothing);

    /// <summary>Output without smoothing.</summary>
    public double PlainOutput(double g, double h, double l2) => Output(g, h, l2, 0, 0, false);

    /// <summary>Gain of a leaf with its own best output.</summary>
    public double Gain(double g, double h, double l2, int rows, double parentOutput)
    {
        if (UsesMaxDeltaStep || UsesSmoothing)
        {
            return GainGivenOutput(g, h, l2, Output(g, h, l2, rows, parentOutput));
        }

        double t = UsesL1 ? SoftThreshold(g, L1) : g;
        return t * t / (h + l2);
    }

    /// <summary>Gain of a leaf without smoothing.</summary>
    public double GainWithoutSmoothing(double g, double h, double l2)
    {
        if (UsesMaxDeltaStep)
        {
            return GainGivenOutput(g, h, l2, PlainOutput(g, h, l2));
        }

        double t = UsesL1 ? SoftThreshold(g, L1) : g;
        return t * t / (h + l2);
    }

    /// <summary>Gain of a leaf with a given output.</summary>
    public double GainGivenOutput(double g, double h, double l2, double output)
    {
        double t = UsesL1 ? SoftThreshold(g, L1) : g;
        return -((2.0 * t * output) + ((h + l2) * output * output));
    }

    /// <summary>Gain of a split, with the children's outputs clipped to the leaf's range when there are monotone constraints.</summary>
    public double SplitGain(in LeafSums leaf, double leftG, double leftH, int leftRows, double rightG, double rightH, int rightRows, double l2, int monotone)
    {
        if (!UsesMonotone)
        {
            return Gain(leftG, leftH, l2, leftRows, leaf.ParentOutput) + Gain(rightG, rightH, l2, rightRows, leaf.ParentOutput);
        }

        double left = leaf.Clip(Output(leftG, leftH, l2, leftRows, leaf.ParentOutput));
        double right = leaf.Clip(Output(rightG, rightH, l2, rightRows, leaf.ParentOutput));
        if ((monotone > 0 && left > right) || (monotone < 0 && left < right))
        {
            return 0;
        }

        return GainGivenOutput(leftG, leftH, l2, left) + GainGivenOutput(rightG, rightH, l2, right);
    }

    /// <summary>Output of a child, clipped when there are monotone constraints.</summary>
    public double ChildOutput(in LeafSums leaf, double g, double h, int rows, double l2)
    {
        double output = Output(g, h, l2, rows, leaf.ParentOutput);
        return UsesMonotone ? leaf.Clip(output) : output;
    }

    private double Output(double g, double h, double l2, int rows, double parentOutput, bool smooth)
    {
        double output = UsesL1 ? -SoftThreshold(g, L1) / (h + l2) : -g / (h + l2);
        if (UsesMaxDeltaStep && Math.Abs(output) > MaxDeltaStep)
        {
            output = output > 0 ? MaxDeltaStep : -MaxDeltaStep;
        }

        if (smooth)
        {
            double share = rows / Smoothing;
            output = (output * share / (share + 1)) + (parentOutput / (share + 1));
        }

        return output;
    }
}

/// <summary>What the search for a leaf's split starts from.</summary>
/// <param name="G">Gradient sum (an integer with quantised gradients).</param>
/// <param name="H">Hessian sum (an integer with quantised gradients).</param>
/// <param name="Rows">Rows in the leaf.</param>
/// <param name="ParentOutput">Output that smoothing pulls towards.</param>
/// <param name="Minimum">Least output that monotone constraints leave.</param>
/// <param name="Maximum">Largest output that monotone constraints leave.</param>
/// <param name="ScaleG">Value of a quantised gradient step.</param>
/// <param name="ScaleH">Value of a quantised hessian step.</param>
internal readonly record struct LeafSums(
    double G, double H, int Rows, double ParentOutput, double Minimum, double Maximum, double ScaleG = 1, double ScaleH = 1)
{
    public double Clip(double output) => output < Minimum ? Minimum : output > Maximum ? Maximum : output;
}
