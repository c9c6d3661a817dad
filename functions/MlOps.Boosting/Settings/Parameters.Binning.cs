using System.Globalization;

namespace MlOps.Boosting.Settings;

/// <content>What decides how values are binned.</content>
public sealed partial class Parameters
{
    /// <summary>
    /// The settings that <c>Dataset.Create</c>
    /// reads, by LightGBM's names: of the same rows, sets made with equal ones are equal. <c>min_data_in_leaf</c> is among them only where
    /// <c>feature_pre_filter</c> drops features by it.
    /// </summary>
    public IReadOnlyDictionary<string, string> OfBinning()
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["bin_construct_sample_cnt"] = BinConstructSampleCnt.ToString(CultureInfo.InvariantCulture),
            ["categorical_feature"] = Text("categorical_feature"),
            ["data_random_seed"] = DataRandomSeed.ToString(CultureInfo.InvariantCulture),
            ["enable_bundle"] = EnableBundle ? "true" : "false",
            ["feature_pre_filter"] = FeaturePreFilter ? "true" : "false",
            ["is_enable_sparse"] = IsEnableSparse ? "true" : "false",
            ["max_bin"] = MaxBin.ToString(CultureInfo.InvariantCulture),
            ["max_bin_by_feature"] = string.Join(',', MaxBinByFeature),
            ["min_data_in_bin"] = MinDataInBin.ToString(CultureInfo.InvariantCulture),
            ["use_missing"] = UseMissing ? "true" : "false",
            ["zero_as_missing"] = ZeroAsMissing ? "true" : "false",
        };
        if (FeaturePreFilter)
        {
            all["min_data_in_leaf"] = MinDataInLeaf.ToString(CultureInfo.InvariantCulture);
        }

        return all;
    }
}
