using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Training;

/// <summary>Which trainer the parameters ask for.</summary>
internal static class Trainers
{
    /// <summary>The trainer of <c>boosting</c>: gbdt, dart or rf.</summary>
    public static Trainer Create(Parameters parameters, Dataset train, IReadOnlyList<ValidSet> valid, CancellationToken cancellation) => parameters.Boosting switch
    {
        "dart" => new DartTrainer(parameters, train, valid, cancellation),
        "rf" => new ForestTrainer(parameters, train, valid, cancellation),
        _ => new Trainer(parameters, train, valid, cancellation),
    };
}
