using MlOps.Boosting.Trees;

namespace MlOps.Boosting;

/// <content>Several models as one, and a model with other start scores.</content>
public sealed partial class Booster
{
    /// <summary>
    /// One model whose raw score is the mean of those of the given models: all their trees, with outputs divided by their number. Models of
    /// different settings that are about equally good err in different rows, so that their mean errs less.
    /// </summary>
    /// <param name="boosters">Models of one objective over the same features; one at least.</param>
    /// <exception cref="ArgumentException">There is no model; features, classes or objectives differ; or a model averages its trees already (a random forest).</exception>
    public static Booster Average(IReadOnlyList<Booster> boosters)
    {
        ArgumentNullException.ThrowIfNull(boosters);
        if (boosters.Count == 0)
        {
            throw new ArgumentException("There is no model to average.", nameof(boosters));
        }

        Booster first = boosters[0];
        if (boosters.Count == 1)
        {
            return first;
        }

        foreach (Booster other in boosters)
        {
            if (other._model.AveragesOutput)
            {
                throw new ArgumentException("A random forest averages its trees already and cannot be averaged with others.", nameof(boosters));
            }

            if (!other.FeatureNames.SequenceEqual(first.FeatureNames, StringComparer.Ordinal) || other.NumberOfClasses != first.NumberOfClasses || other.ObjectiveText != first.ObjectiveText)
            {
                throw new ArgumentException("Models of other features, classes or objectives cannot be averaged.", nameof(boosters));
            }
        }

        var trees = new List<Tree>();
        foreach (Booster booster in boosters)
        {
            // Trees of the given models stay as they are: those of a copy are scaled.
            foreach (Tree tree in Load(booster.SaveToString())._model.Trees)
            {
                tree.Shrink(1.0 / boosters.Count);
                trees.Add(tree);
            }
        }

        return new Booster(first._model with { Trees = trees }, 0);
    }

    /// <summary>The model with a constant added to its raw scores; this one stays as it is.</summary>
    /// <param name="offsets">What to add, a number a class (one where there is one score a row).</param>
    /// <exception cref="ArgumentException">There is another number of offsets than of scores, or the model has no tree to carry them.</exception>
    public Booster Shift(IReadOnlyList<double> offsets)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        if (offsets.Count != NumberOfClasses || NumberOfTrees == 0)
        {
            throw new ArgumentException($"The model has {NumberOfClasses} scores a row and {NumberOfTrees} trees; given were {offsets.Count} offsets.", nameof(offsets));
        }

        IReadOnlyList<Tree> trees = Load(SaveToString())._model.Trees;
        // A forest divides the sum of its trees, so each of them carries the offset.
        int carriers = _model.AveragesOutput ? trees.Count : NumberOfClasses;
        for (int i = 0; i < carriers; i++)
        {
            trees[i].AddBias(offsets[i % NumberOfClasses]);
        }

        return new Booster(_model with { Trees = trees }, BestIteration);
    }
}
