using Microsoft.ML;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using MlOps.Learning.Learners;

namespace MlOps.Learning.MlNet;

/// <summary>ML.NET's trainers with settings that mean the same on every leaderboard, each on one thread: sums of several would depend on their number.</summary>
internal static class Trainers
{
    /// <summary>The trainer of a learner for a task that it learns.</summary>
    public static IEstimator<ITransformer> Of(MLContext context, string learner, LearningTask task, int seed) => (learner, task) switch
    {
        (KnownLearners.LogisticRegression, LearningTask.Binary) => context.BinaryClassification.Trainers.LbfgsLogisticRegression(
            new LbfgsLogisticRegressionBinaryTrainer.Options { L1Regularization = 0, L2Regularization = KnownLearners.LogisticPenalty, NumberOfThreads = 1 }),
        (KnownLearners.LogisticRegression, _) => context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
            new LbfgsMaximumEntropyMulticlassTrainer.Options { L1Regularization = 0, L2Regularization = KnownLearners.LogisticPenalty, NumberOfThreads = 1 }),
        (KnownLearners.LinearSvm, _) => context.BinaryClassification.Trainers.LinearSvm(
            new LinearSvmTrainer.Options { NumberOfIterations = KnownLearners.SvmPasses, Lambda = KnownLearners.SvmPenalty })
            .Append(context.BinaryClassification.Calibrators.Platt(FeatureRow.LabelColumn)),
        (KnownLearners.Gam, LearningTask.Binary) => context.BinaryClassification.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = KnownLearners.GamRounds, LearningRate = KnownLearners.GamRate, NumberOfThreads = 1 }),
        (KnownLearners.Gam, _) => context.Regression.Trainers.Gam(new GamRegressionTrainer.Options { NumberOfIterations = KnownLearners.GamRounds, LearningRate = KnownLearners.GamRate, NumberOfThreads = 1 }),
        (KnownLearners.LightGbm, LearningTask.Binary) => context.BinaryClassification.Trainers.LightGbm(Boosting(new LightGbmBinaryTrainer.Options(), seed)),
        (KnownLearners.LightGbm, LearningTask.Multiclass) => context.MulticlassClassification.Trainers.LightGbm(Boosting(new LightGbmMulticlassTrainer.Options { UseSoftmax = true }, seed)),
        (KnownLearners.LightGbm, _) => context.Regression.Trainers.LightGbm(Boosting(new LightGbmRegressionTrainer.Options(), seed)),
        _ => throw new ArgumentException($"'{learner}' is no learner of ML.NET.", nameof(learner)),
    };

    private static T Boosting<T>(T options, int seed)
        where T : class
    {
        switch (options)
        {
            case LightGbmBinaryTrainer.Options o: (o.NumberOfIterations, o.NumberOfThreads, o.Seed) = (KnownLearners.BoostingRounds, 1, seed); break;
            case LightGbmMulticlassTrainer.Options o: (o.NumberOfIterations, o.NumberOfThreads, o.Seed) = (KnownLearners.BoostingRounds, 1, seed); break;
            case LightGbmRegressionTrainer.Options o: (o.NumberOfIterations, o.NumberOfThreads, o.Seed) = (KnownLearners.BoostingRounds, 1, seed); break;
        }

        return options;
    }
}
