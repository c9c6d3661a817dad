namespace MlOps.Learning.Learners;

/// <summary>What is learned.</summary>
public enum LearningTask
{
    /// <summary>One of two classes, 0 and 1.</summary>
    Binary,

    /// <summary>One of three or more classes, from 0.</summary>
    Multiclass,

    /// <summary>A number.</summary>
    Regression,
}

/// <summary>What a learner needs of its input.</summary>
[Flags]
public enum InputNeeds
{
    /// <summary>Nothing: it takes missing values and any scale.</summary>
    None = 0,

    /// <summary>No missing values: the mean of the rows learned from stands for them.</summary>
    Filled = 1,

    /// <summary>Features of mean 0 and deviation 1.</summary>
    Scaled = 2,
}

/// <summary>What is known of a learner before it is used.</summary>
/// <param name="Name">Name in a definition and on a leaderboard.</param>
/// <param name="Tasks">What it can learn.</param>
/// <param name="Needs">What is done to its input.</param>
/// <param name="ExplainsRows">Whether its models tell what each feature did to a row's score; otherwise how much each was used in all.</param>
/// <param name="HasOnnx">Whether its models have a form in ONNX.</param>
/// <param name="Settings">How it is set, by names as LightGBM has them: the same on every leaderboard.</param>
public sealed record LearnerKind(
    string Name, IReadOnlyList<LearningTask> Tasks, InputNeeds Needs, bool ExplainsRows, bool HasOnnx,
    IReadOnlyDictionary<string, string> Settings);
