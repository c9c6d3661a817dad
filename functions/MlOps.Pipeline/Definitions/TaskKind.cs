namespace MlOps.Pipeline.Definitions;

/// <summary>What a pipeline predicts.</summary>
public enum TaskKind
{
    /// <summary>One of two classes; the score is the probability of the positive one.</summary>
    Binary,

    /// <summary>A number.</summary>
    Regression,

    /// <summary>One of three or more classes.</summary>
    Multiclass,
}
