namespace MlOps.Boosting.Objectives;

/// <summary>What makes a prediction of a raw score: an objective's <see cref="Objective.Convert"/> as a fact, for other formats of a model.</summary>
internal enum ScoreLink
{
    /// <summary>The score itself.</summary>
    Identity,

    /// <summary>The score's square with its sign.</summary>
    SignedSquare,

    /// <summary>eˢ.</summary>
    Exponential,

    /// <summary>1 / (1 + e^(-σs)), with the objective's slope σ; each class by itself where there are several.</summary>
    Sigmoid,

    /// <summary>log(1 + eˢ).</summary>
    Softplus,

    /// <summary>The shares of eˢ among the classes.</summary>
    Softmax,
}
