namespace MlOps.Learning.Learners;

/// <summary>Why a learner does not learn from some rows or not on this machine.</summary>
public enum LearnerProblem
{
    /// <summary>It does not learn this task.</summary>
    Task,

    /// <summary>All rows have the same label.</summary>
    OneClass,

    /// <summary>What it needs of the machine is not there: it has no form for this processor, or a library of the system is missing.</summary>
    Machine,

    /// <summary>It gave up on these rows.</summary>
    Rows,
}

/// <summary>A learner cannot learn; the message says why.</summary>
/// <param name="learner">Name of the learner.</param>
/// <param name="problem">Kind of the problem.</param>
/// <param name="message">What is wrong.</param>
/// <param name="inner">What was thrown below.</param>
public sealed class LearnerException(string learner, LearnerProblem problem, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Name of the learner.</summary>
    public string Learner { get; } = learner;

    /// <summary>Kind of the problem.</summary>
    public LearnerProblem Problem { get; } = problem;
}
