using System.Globalization;

namespace MlOps.Learning.Learners;

/// <summary>The learners of ML.NET by name. To read this loads nothing of ML.NET.</summary>
public static class KnownLearners
{
    /// <summary>Logistic regression (L-BFGS), of several classes the multinomial one; standardised, L2 penalty of strength 1 on the weights.</summary>
    public const string LogisticRegression = "logistic_regression";

    /// <summary>Linear support vector machine, its margin made a probability by Platt's method.</summary>
    public const string LinearSvm = "linear_svm";

    /// <summary>Generalised additive model: a step function of each feature.</summary>
    public const string Gam = "gam";

    /// <summary>Native LightGBM by ML.NET.</summary>
    public const string LightGbm = "lightgbm_mlnet";

    /// <summary>The package that learns; another version may give other bytes.</summary>
    public const string Library = "Microsoft.ML 5.0.1";

    // Weaker penalties of a support vector machine end at chance where one class is rare: the steps of Pegasos grow as the penalty shrinks.
    internal const float SvmPenalty = 1;
    internal const int SvmPasses = 20;
    internal const float LogisticPenalty = 1;
    internal const int BoostingRounds = 100;

    // ML.NET's own are 9,500 rounds at 0.002, which take 47 times as long to go the same way.
    internal const int GamRounds = 200;
    internal const double GamRate = 0.1;

    /// <summary>What is known of each.</summary>
    public static IReadOnlyList<LearnerKind> All { get; } =
    [
        new(LogisticRegression, [LearningTask.Binary, LearningTask.Multiclass], InputNeeds.Filled | InputNeeds.Scaled, ExplainsRows: true, HasOnnx: true, new Dictionary<string, string> { ["lambda_l2"] = Text(LogisticPenalty) }),
        new(LinearSvm, [LearningTask.Binary], InputNeeds.Filled | InputNeeds.Scaled, ExplainsRows: true, HasOnnx: true, new Dictionary<string, string> { ["lambda"] = Text(SvmPenalty), ["num_iterations"] = Text(SvmPasses) }),
        new(Gam, [LearningTask.Binary, LearningTask.Regression], InputNeeds.Filled, ExplainsRows: true, HasOnnx: true, new Dictionary<string, string> { ["learning_rate"] = Text(GamRate), ["num_iterations"] = Text(GamRounds) }),
        new(LightGbm, [LearningTask.Binary, LearningTask.Multiclass, LearningTask.Regression], InputNeeds.None, ExplainsRows: false, HasOnnx: false, new Dictionary<string, string> { ["num_iterations"] = Text(BoostingRounds) }),
    ];

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>What is known of a learner; <see langword="null"/> where ML.NET has none of this name.</summary>
    /// <param name="name">Name.</param>
    public static LearnerKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
