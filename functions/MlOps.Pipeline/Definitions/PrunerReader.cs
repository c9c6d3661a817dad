using YamlDotNet.RepresentationModel;
using MlOps.Tuning;

namespace MlOps.Pipeline.Definitions;

/// <summary>The <c>pruner</c> of a search: a name, or settings such as <c>{kind: percentile, percentile: 25}</c>. Names and defaults are Optuna's.</summary>
internal static class PrunerReader
{
    private static readonly (string, string)[] Kinds = [.. new[] { "none", "median", "percentile", "successive_halving", "hyperband" }.Select(k => (k, k))];

    public static PrunerSettings? Read(YamlMap map)
    {
        if (map.Node("pruner") is YamlScalarNode)
        {
            return Of(map.Choice("pruner", "none", Kinds), null);
        }

        var inner = map.Map("pruner");
        var settings = inner is null ? null : Of(inner.Choice("kind", "median", Kinds), inner);
        inner?.Finish();
        return settings;
    }

    private static PrunerSettings? Of(string kind, YamlMap? map)
    {
        int Whole(string key, int otherwise, int least) => map?.Integer(key, otherwise, least, int.MaxValue) ?? otherwise;
        int? Optional(string key, int least) => map?.Has(key) == true ? map.Integer(key, least, least, int.MaxValue) : null;
        return kind switch
        {
            "median" => new MedianSettings
            {
                StartupTrials = Whole("startup_trials", 5, 0), WarmupSteps = Whole("warmup_steps", 0, 0), IntervalSteps = Whole("interval_steps", 1, 1),
            },
            "percentile" => new PercentileSettings
            {
                Percentile = map?.Number("percentile", 25, 0, 100) ?? 25,
                StartupTrials = Whole("startup_trials", 5, 0), WarmupSteps = Whole("warmup_steps", 0, 0), IntervalSteps = Whole("interval_steps", 1, 1),
            },
            "successive_halving" => new SuccessiveHalvingSettings { MinResource = Optional("min_resource", 1), ReductionFactor = Whole("reduction_factor", 4, 2) },
            "hyperband" => new HyperbandSettings
            {
                MinResource = Whole("min_resource", 1, 1), MaxResource = Optional("max_resource", 1), ReductionFactor = Whole("reduction_factor", 3, 2),
            },
            _ => null,
        };
    }
}
