using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>Which rows stop the learning and judge the trials of a search.</summary>
public enum ValidationKind
{
    /// <summary><see cref="Kfold"/> for small tables, <see cref="Holdout"/> for others; <see cref="Time"/> where backtests show that it does better.</summary>
    Auto,

    /// <summary>A share of the rows, drawn by class.</summary>
    Holdout,

    /// <summary>Every row that is not a test row, each by a model that did not learn from it.</summary>
    Kfold,

    /// <summary>The latest periods; where there is one period only, its last rows.</summary>
    Time,
}

/// <summary>How a training is validated. The test part plays no role in it.</summary>
/// <param name="Kind">Which rows validate.</param>
/// <param name="Folds">Number of folds of <see cref="ValidationKind.Kfold"/>.</param>
/// <param name="Rows">Up to this many rows beside the test part <see cref="ValidationKind.Auto"/> takes folds.</param>
/// <param name="Refit">Whether the model learns from the valid rows too once they have said how many rounds are best; with folds it always does.</param>
public sealed record ValidationSettings(ValidationKind Kind = ValidationKind.Auto, int Folds = 5, int Rows = 10_000, bool Refit = true)
{
    private static readonly (string, ValidationKind)[] Kinds =
        [("auto", ValidationKind.Auto), ("holdout", ValidationKind.Holdout), ("kfold", ValidationKind.Kfold), ("time", ValidationKind.Time)];

    /// <summary>Number of folds for so many rows; 0 where the valid part alone validates.</summary>
    /// <param name="rows">Rows beside the test part.</param>
    internal int FoldsFor(int rows) => Kind == ValidationKind.Kfold || (Kind == ValidationKind.Auto && rows <= Rows) ? Folds : 0;

    internal static ValidationSettings Read(YamlMap map)
    {
        var defaults = new ValidationSettings();
        if (map.Node("validation") is YamlScalarNode)
        {
            return defaults with { Kind = map.Choice("validation", defaults.Kind, Kinds) };
        }

        var inner = map.Map("validation");
        if (inner is null)
        {
            return defaults;
        }

        var settings = new ValidationSettings(
            inner.Choice("kind", defaults.Kind, Kinds),
            inner.Integer("folds", defaults.Folds, 2, 20),
            inner.Integer("rows", defaults.Rows, 0, int.MaxValue),
            inner.Choice("refit", defaults.Refit, ("always", true), ("never", false)));
        inner.Finish();
        return settings;
    }
}
