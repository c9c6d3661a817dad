using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Training;

/// <summary>
/// DART (Vinayak and Gilad-Bachrach, "DART: dropouts meet multiple additive regression trees", 2015): each round some
/// earlier trees are left out while the new one is fitted, and then they share its weight.
/// </summary>
internal sealed class DartTrainer(Parameters parameters, Dataset train, IReadOnlyList<ValidSet> valid, CancellationToken cancellation)
    : Trainer(parameters, train, valid, cancellation)
{
    private readonly LinearCongruential _random = new(parameters.DropSeed);
    private readonly List<double> _weights = [];
    private readonly List<int> _dropped = [];
    private double _weightSum;

    public override bool RunIteration()
    {
        if (!base.RunIteration())
        {
            return false;
        }

        Normalise();
        if (!Parameters.UniformDrop)
        {
            _weights.Add(ShrinkageRate);
            _weightSum += ShrinkageRate;
        }

        return true;
    }

    protected override void BeforeGradients()
    {
        ChooseDropped();
        foreach (int iteration in _dropped)
        {
            for (int k = 0; k < Classes; k++)
            {
                Tree tree = Trees[(iteration * Classes) + k];
                tree.Shrink(-1.0);
                TrainScores.AddTree(tree, k);
            }
        }

        int count = _dropped.Count;
        double rate = Parameters.LearningRate;
        ShrinkageRate = !Parameters.XgboostDartMode ? rate / (1.0 + count)
            : count == 0 ? rate : rate / (rate + count);
    }

    private void ChooseDropped()
    {
        _dropped.Clear();
        if (_random.NextFloat() < Parameters.SkipDrop)
        {
            return;
        }

        double rate = Parameters.DropRate;
        double inverseMean = _weights.Count / _weightSum;
        if (Parameters.MaxDrop > 0)
        {
            rate = Parameters.UniformDrop
                ? Math.Min(rate, Parameters.MaxDrop / (double)Iteration)
                : Math.Min(rate, Parameters.MaxDrop * inverseMean / _weightSum);
        }

        for (int i = 0; i < Iteration; i++)
        {
            double chance = Parameters.UniformDrop ? rate : rate * _weights[i] * inverseMean;
            if (_random.NextFloat() < chance)
            {
                _dropped.Add(i);
                if ((uint)_dropped.Count >= (uint)Parameters.MaxDrop)
                {
                    break;
                }
            }
        }
    }

    // In two steps, because the validation scores never lost the dropped trees and the training scores did.
    private void Normalise()
    {
        double k = _dropped.Count;
        double rate = Parameters.LearningRate;
        double first = Parameters.XgboostDartMode ? ShrinkageRate : 1.0 / (k + 1.0);
        double second = Parameters.XgboostDartMode ? -k / rate : -k;
        double share = Parameters.XgboostDartMode ? k + rate : k + 1.0;
        foreach (int iteration in _dropped)
        {
            for (int c = 0; c < Classes; c++)
            {
                Tree tree = Trees[(iteration * Classes) + c];
                tree.Shrink(first);
                foreach (ScoreBoard scores in ValidScores)
                {
                    scores.AddTree(tree, c);
                }

                tree.Shrink(second);
                TrainScores.AddTree(tree, c);
            }

            if (!Parameters.UniformDrop)
            {
                _weightSum -= _weights[iteration] * (1.0 / share);
                _weights[iteration] *= k / share;
            }
        }
    }
}
