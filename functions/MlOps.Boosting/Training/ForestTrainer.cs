using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Training;

/// <summary>Random forest: every tree is fitted to the gradients at the start score, without shrinkage; scores are means.</summary>
internal sealed unsafe class ForestTrainer : Trainer
{
    private readonly double[] _starts;

    public ForestTrainer(Parameters parameters, Dataset train, IReadOnlyList<ValidSet> valid, CancellationToken cancellation)
        : base(parameters, train, valid, cancellation)
    {
        if (TrainScores.HasInitScore)
        {
            throw new BoostingDataException("boosting=rf does not start from given scores: leave initScore out.");
        }

        ShrinkageRate = 1;
        _starts = new double[Classes];
        using var scores = new Machine.NativeBuffer<double>((long)train.RowCount * Classes);
        for (int k = 0; k < Classes; k++)
        {
            _starts[k] = StartScore(k);
            new Span<double>(scores.Pointer + ((long)k * train.RowCount), train.RowCount).Fill(_starts[k]);
        }

        Objective.Gradients(scores.Pointer, Pairs, Team);
    }

    public override bool RunIteration()
    {
        DrawRows();
        for (int k = 0; k < Classes; k++)
        {
            Tree tree = GrowTree(k);
            if (tree.NumLeaves > 1)
            {
                RenewOutputs(tree, TrainScores, k, _starts[k]);
                if (Math.Abs(_starts[k]) > SplitSettings.Epsilon)
                {
                    tree.AddBias(_starts[k]);
                }

                MultiplyScores(k, Iteration);
                AddToScores(tree, k);
                MultiplyScores(k, 1.0 / (Iteration + 1));
            }
            else
            {
                tree = AddConstantTree(k);
            }

            Trees.Add(tree);
        }

        Iteration++;
        return true;
    }

    private Tree AddConstantTree(int k)
    {
        if (Trees.Count >= Classes)
        {
            return Tree.Constant(0, Train.RowCount);
        }

        double output = Objective.NeedsTraining(k) ? 0 : Objective.StartScore(k);
        Tree tree = Tree.Constant(output, Train.RowCount);
        MultiplyScores(k, Iteration);
        TrainScores.AddTree(tree, k);
        foreach (ScoreBoard scores in ValidScores)
        {
            scores.AddTree(tree, k);
        }

        MultiplyScores(k, 1.0 / (Iteration + 1));
        return tree;
    }

    private void MultiplyScores(int k, double factor)
    {
        TrainScores.Multiply(factor, k);
        foreach (ScoreBoard scores in ValidScores)
        {
            scores.Multiply(factor, k);
        }
    }
}
