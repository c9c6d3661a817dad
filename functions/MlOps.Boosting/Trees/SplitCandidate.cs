namespace MlOps.Boosting.Trees;

/// <summary>The best split found for a leaf, or for one feature of it. Reused: the searcher overwrites it.</summary>
internal sealed class SplitCandidate
{
    /// <summary>Feature index in the data, or -1 when there is no split.</summary>
    public int Feature { get; set; } = -1;

    /// <summary>Number of the feature among the used ones.</summary>
    public int UsedFeature { get; set; } = -1;

    /// <summary>Bins up to this one go left (numeric).</summary>
    public int Threshold { get; set; }

    public int LeftRows { get; set; }

    public int RightRows { get; set; }

    public double LeftOutput { get; set; }

    public double RightOutput { get; set; }

    /// <summary>Gain above the bar; -∞ when there is no split.</summary>
    public double Gain { get; set; } = double.NegativeInfinity;

    public double LeftG { get; set; }

    public double LeftH { get; set; }

    public double RightG { get; set; }

    public double RightH { get; set; }

    /// <summary>Value of one unit of the hessian sums: 1, or the step of quantised hessians.</summary>
    public double ScaleH { get; set; } = 1;

    public bool DefaultLeft { get; set; } = true;

    public int Monotone { get; set; }

    /// <summary>Bins that go left (categorical); null for a numeric split.</summary>
    public int[]? LeftBins { get; set; }

    public void Reset()
    {
        Feature = -1;
        UsedFeature = -1;
        Gain = double.NegativeInfinity;
        DefaultLeft = true;
        LeftBins = null;
        Monotone = 0;
    }

    /// <summary>Larger gain wins; equal gain: smaller feature index.</summary>
    public bool IsBetterThan(SplitCandidate other)
    {
        double gain = double.IsNaN(Gain) ? double.NegativeInfinity : Gain;
        double otherGain = double.IsNaN(other.Gain) ? double.NegativeInfinity : other.Gain;
        if (gain != otherGain)
        {
            return gain > otherGain;
        }

        return (uint)Feature < (uint)other.Feature; // -1 counts as the largest index
    }

    public void CopyFrom(SplitCandidate other)
    {
        Feature = other.Feature;
        UsedFeature = other.UsedFeature;
        Threshold = other.Threshold;
        LeftRows = other.LeftRows;
        RightRows = other.RightRows;
        LeftOutput = other.LeftOutput;
        RightOutput = other.RightOutput;
        Gain = other.Gain;
        LeftG = other.LeftG;
        LeftH = other.LeftH;
        RightG = other.RightG;
        RightH = other.RightH;
        ScaleH = other.ScaleH;
        DefaultLeft = other.DefaultLeft;
        Monotone = other.Monotone;
        LeftBins = other.LeftBins;
    }
}
