namespace MlOps.Boosting;

/// <summary>What a prediction returns.</summary>
public enum PredictionKind
{
    /// <summary>Probabilities or values: what the objective makes of the raw scores.</summary>
    Probability = 0,

    /// <summary>Raw scores: sums of leaf values (for a random forest the sum, not the mean).</summary>
    Raw = 1,

    /// <summary>The number of the leaf in each tree.</summary>
    LeafIndex = 2,

    /// <summary>Contributions of each feature (TreeSHAP) and the bias; their sum is the raw score.</summary>
    Contributions = 3,
}

/// <summary>How the importance of a feature is measured.</summary>
public enum ImportanceType
{
    /// <summary>Number of splits with a gain above 0.</summary>
    Split = 0,

    /// <summary>Sum of the gains of those splits.</summary>
    Gain = 1,
}
