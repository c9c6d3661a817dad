namespace MlOps.Boosting.Trees;

/// <summary>The best splits among the features of one tile, for the leaves that are searched: one thread at a time writes them, and memory that is near stays near.</summary>
internal sealed class TileSplits
{
    /// <summary>The best split of the smaller or only leaf so far.</summary>
    public SplitCandidate Small { get; private set; } = new();

    /// <summary>The best split of the larger leaf so far.</summary>
    public SplitCandidate Large { get; private set; } = new();

    /// <summary>Where the next feature's split of the smaller leaf is written.</summary>
    public SplitCandidate NextSmall { get; private set; } = new();

    /// <summary>Where the next feature's split of the larger leaf is written.</summary>
    public SplitCandidate NextLarge { get; private set; } = new();

    /// <summary>Forgets what was found.</summary>
    public void Reset()
    {
        Small.Reset();
        Large.Reset();
    }

    /// <summary>Keeps the split written last for the smaller leaf if it may be chosen and is better than the others.</summary>
    /// <param name="isAllowed">Whether the node may split on its feature.</param>
    public void TakeSmall(bool isAllowed)
    {
        if (isAllowed && NextSmall.IsBetterThan(Small))
        {
            (Small, NextSmall) = (NextSmall, Small);
        }
    }

    /// <summary>As <see cref="TakeSmall"/>, for the larger leaf.</summary>
    /// <param name="isAllowed">Whether the node may split on its feature.</param>
    public void TakeLarge(bool isAllowed)
    {
        if (isAllowed && NextLarge.IsBetterThan(Large))
        {
            (Large, NextLarge) = (NextLarge, Large);
        }
    }
}
