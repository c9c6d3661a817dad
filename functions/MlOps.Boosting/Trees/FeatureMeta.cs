using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>What the split search needs to know of one used feature.</summary>
internal sealed class FeatureMeta
{
    public FeatureMeta(BinMapper mapper, int feature, int usedFeature, int histogramStart, int innerNumber, Parameters parameters)
    {
        Feature = feature;
        UsedFeature = usedFeature;
        HistogramStart = histogramStart;
        NumBins = mapper.NumBins;
        Missing = mapper.Missing;
        IsCategorical = mapper.IsCategorical;
        DefaultBin = mapper.DefaultBin;
        MostFrequentBin = mapper.MostFrequentBin;
        Monotone = parameters.MonotoneConstraints.Count > 0 ? parameters.MonotoneConstraints[feature] : 0;
        Penalty = parameters.FeatureContri.Count > 0 ? parameters.FeatureContri[feature] : 1.0;
        Random = new LinearCongruential(parameters.ExtraSeed + innerNumber);
    }

    /// <summary>Index in the data.</summary>
    public int Feature { get; }

    /// <summary>Number among the used features.</summary>
    public int UsedFeature { get; }

    /// <summary>Histogram entry of bin 0.</summary>
    public int HistogramStart { get; }

    public int NumBins { get; }

    public MissingKind Missing { get; }

    public bool IsCategorical { get; }

    public int DefaultBin { get; }

    public int MostFrequentBin { get; }

    /// <summary>First bin whose entry counts: the most frequent bin's entry is never used when it is bin 0.</summary>
    public int FirstBin => MostFrequentBin == 0 ? 1 : 0;

    public int Monotone { get; }

    public double Penalty { get; }

    /// <summary>Draws the one threshold that extra trees try.</summary>
    public LinearCongruential Random { get; }
}
