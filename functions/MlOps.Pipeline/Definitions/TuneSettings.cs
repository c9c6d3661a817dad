using MlOps.Tuning;

namespace MlOps.Pipeline.Definitions;

/// <summary>Search for parameters of the learner before each training.</summary>
/// <param name="Trials">Number of trials a run; 0 for no search.</param>
/// <param name="Wave">Trials that are chosen together and run at the same time. Part of the result: another number is another search.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Space">Parameters and their ranges.</param>
/// <param name="Work">Work of the finished waves after which the search ends, in rows x rounds x leaves; <see langword="null"/> for no limit.</param>
/// <param name="Time">Time after which it ends; <see langword="null"/> for no limit.</param>
/// <param name="Ensemble">How many of the best trials the model is the mean of; <see langword="null"/> for <see cref="SmallEnsemble"/> where folds validate and 1 elsewhere.</param>
public sealed record TuneSettings(
    int Trials, int Wave, int Seed, IReadOnlyList<SearchParameter> Space, long? Work = null, TimeSpan? Time = null, int? Ensemble = null)
{
    /// <summary>On few rows the best trials differ by chance more than by merit, and their mean is steadier than any of them.</summary>
    public const int SmallEnsemble = 5;

    /// <summary>No search.</summary>
    public static TuneSettings Off { get; } = new(0, 4, 42, DefaultSpace);

    /// <summary>LightGBM's parameters that matter most, in the ranges of Optuna's LightGBM example.</summary>
    public static IReadOnlyList<SearchParameter> DefaultSpace =>
    [
        new FloatParameter("lambda_l1", 1e-8, 10, log: true),
        new FloatParameter("lambda_l2", 1e-8, 10, log: true),
        new IntParameter("num_leaves", 2, 256, log: true),
        new FloatParameter("feature_fraction", 0.4, 1),
        new FloatParameter("bagging_fraction", 0.4, 1),
        new IntParameter("bagging_freq", 1, 7),
        new IntParameter("min_data_in_leaf", 5, 100, log: true),
    ];
}
