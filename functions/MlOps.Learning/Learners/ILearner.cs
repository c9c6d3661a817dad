namespace MlOps.Learning.Learners;

/// <summary>Makes a model of rows.</summary>
public interface ILearner
{
    /// <summary>What it is called, can learn and needs.</summary>
    LearnerKind Kind { get; }

    /// <summary>Learns. The same rows and seed give the same bytes on any number of threads.</summary>
    /// <param name="rows">Rows; every class has at least one.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <param name="cancellation">Stops the learning.</param>
    /// <exception cref="LearnerException">The learner cannot learn from these rows, or not on this machine; says why.</exception>
    LearnedModel Fit(LearningSet rows, int seed, CancellationToken cancellation = default);
}
