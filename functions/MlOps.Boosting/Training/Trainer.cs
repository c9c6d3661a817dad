using MlOps.Boosting.Data;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Sampling;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Training;

/// <summary>
/// Gradient boosting, round by round: gradients at the present scores, a bag, one tree a class, scores. What differs
/// between plain boosting, DART and random forest is overridden.
/// </summary>
internal unsafe class Trainer : IDisposable
{
    private readonly NativeBuffer<float> _pairs;
    private readonly GradientQuantizer? _quantizer;
    private readonly TreeGrower _grower;
    private readonly RowSampler _rows;
    private readonly CancellationToken _cancellation;

    public Trainer(Parameters parameters, Dataset train, IReadOnlyList<ValidSet> valid, CancellationToken cancellation)
    {
        Parameters = parameters;
        Train = train;
        _cancellation = cancellation;
        Team = new Team(Team.Threads(parameters.NumThreads));
        Objective = ObjectiveFactory.Create(parameters);
        Objective.Start(train.Rows);
        CheckFeatures();
        Classes = Objective.TreesPerIteration;
        TrainScores = new ScoreBoard(train, Classes, Team);
        ValidScores = [.. valid.Select(set => new ScoreBoard(set.Data, Classes, Team))];
        _pairs = new NativeBuffer<float>(2L * train.RowCount * Classes);
        _rows = RowSamplers.Create(train, parameters, Objective);
        _grower = new TreeGrower(train, parameters, Team);
        bool constantHessian = Objective.HasConstantHessian && !_rows.ChangesHessians;
        _quantizer = parameters.UseQuantizedGrad ? new GradientQuantizer(train.RowCount, parameters, constantHessian) : null;
        ShrinkageRate = parameters.LearningRate;
    }

    public Parameters Parameters { get; }

    public Dataset Train { get; }

    public Objective Objective { get; }

    public Team Team { get; }

    /// <summary>Trees of an iteration.</summary>
    public int Classes { get; }

    /// <summary>All trees so far, iteration after iteration.</summary>
    public List<Tree> Trees { get; } = [];

    public ScoreBoard TrainScores { get; }

    public IReadOnlyList<ScoreBoard> ValidScores { get; }

    /// <summary>Whether trees of an earlier model come before these.</summary>
    public bool Continues { get; set; }

    /// <summary>Finished iterations.</summary>
    public int Iteration { get; protected set; }

    protected double ShrinkageRate { get; set; }

    protected float* Pairs => _pairs.Pointer;

    private bool HasFeatures => Train.UsedFeatureCount > 0;

    /// <summary>One iteration.</summary>
    /// <returns>Whether something was learned; when not, training is over.</returns>
    public virtual bool RunIteration()
    {
        var starts = new double[Classes];
        for (int k = 0; k < Classes; k++)
        {
            starts[k] = BoostFromAverage(k);
        }

        BeforeGradients();
        Objective.Gradients(TrainScores.Pointer, Pairs, Team);
        DrawRows();
        bool learned = false;
        for (int k = 0; k < Classes; k++)
        {
            Tree tree = GrowTree(k);
            if (tree.NumLeaves > 1)
            {
                learned = true;
                RenewOutputs(tree, TrainScores, k, null);
                tree.Shrink(ShrinkageRate);
                AddToScores(tree, k);
                if (Math.Abs(starts[k]) > SplitSettings.Epsilon)
                {
                    tree.AddBias(starts[k]);
                }
            }
            else
            {
                tree = Tree.Constant(ConstantOutput(starts, k), Train.RowCount);
            }

            Trees.Add(tree);
        }

        if (!learned)
        {
            if (Trees.Count > Classes || Continues)
            {
                Trees.RemoveRange(Trees.Count - Classes, Classes);
            }

            return false;
        }

        Iteration++;
        return true;
    }

    public virtual void Dispose()
    {
        _grower.Dispose();
        _quantizer?.Dispose();
        _pairs.Dispose();
        TrainScores.Dispose();
        foreach (ScoreBoard scores in ValidScores)
        {
            scores.Dispose();
        }

        Team.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>DART drops trees here.</summary>
    protected virtual void BeforeGradients()
    {
    }

    protected void DrawRows() => _rows.Draw(Iteration, Pairs);

    /// <summary>Grows the tree of a class on the present bag; a single leaf when there is nothing to learn.</summary>
    protected Tree GrowTree(int k)
    {
        if (!Objective.NeedsTraining(k) || !HasFeatures)
        {
            return Tree.Constant(0, Train.RowCount);
        }

        float* pairs = Pairs + (2L * k * Train.RowCount);
        if (_quantizer is null)
        {
            return _grower.Grow(pairs, _rows.Bag, null, Iteration, _cancellation);
        }

        QuantizedScale scale = _quantizer.Quantise(pairs, _rows.Bag, _rows.UsesSubset);
        Tree tree = _grower.Grow(_quantizer.Pairs, _rows.Bag, scale, Iteration, _cancellation);
        if (Parameters.QuantTrainRenewLeaf && tree.NumLeaves > 1)
        {
            RenewFromFullGradients(tree, pairs);
        }

        return tree;
    }

    protected void AddToScores(Tree tree, int k)
    {
        CheckOutputs(tree);
        TrainScores.AddGrownTree(tree, k, _grower.Partition, _rows.OutOfBag);
        foreach (ScoreBoard scores in ValidScores)
        {
            scores.AddTree(tree, k);
        }
    }

    // An infinite output would spread over all scores, and the model file could not be read again.
    private void CheckOutputs(Tree tree)
    {
        int leaf = tree.LeafValue.AsSpan(0, tree.NumLeaves).IndexOfAnyExceptInRange(double.MinValue, double.MaxValue);
        if (leaf >= 0)
        {
            throw new BoostingDataException(
                $"Iteration {Iteration + 1}: leaf {leaf} came out as {tree.LeafValue[leaf]}. Labels, weights or start scores are too large to be added up, or a leaf has no hessian: raise min_sum_hessian_in_leaf or lambda_l2 above 0.");
        }
    }

    /// <summary>Replaces leaf outputs by the objective's own, for those that do.</summary>
    /// <param name="tree">Tree just grown.</param>
    /// <param name="board">Scores before the tree.</param>
    /// <param name="k">Class.</param>
    /// <param name="constant">A score for all rows instead of the board's.</param>
    protected void RenewOutputs(Tree tree, ScoreBoard board, int k, double? constant)
    {
        if (!Objective.RenewsOutputs)
        {
            return;
        }

        double* scores = board.OfClass(k);
        Team.Run(tree.NumLeaves, leaf =>
        {
            int count = _grower.Partition.Count(leaf);
            if (count > 0)
            {
                var rows = new ReadOnlySpan<int>(_grower.Partition.Rows(leaf), count);
                tree.SetLeafOutput(leaf, Objective.RenewOutput(rows, row => constant ?? scores[row]));
            }
        });
    }

    /// <summary>The start score of a class, when training starts from it.</summary>
    protected double StartScore(int k)
    {
        if (Trees.Count > 0 || TrainScores.HasInitScore || !(Parameters.BoostFromAverage || !HasFeatures))
        {
            return 0;
        }

        double start = Objective.StartScore(k);
        return Math.Abs(start) > SplitSettings.Epsilon ? start : 0;
    }

    private double BoostFromAverage(int k)
    {
        double start = StartScore(k);
        if (start != 0)
        {
            AddConstantToScores(start, k);
        }

        return start;
    }

    private void AddConstantToScores(double value, int k)
    {
        TrainScores.AddConstant(value, k);
        foreach (ScoreBoard scores in ValidScores)
        {
            scores.AddConstant(value, k);
        }
    }

    // A class without a split: its first tree holds the start score, later ones nothing.
    private double ConstantOutput(double[] starts, int k)
    {
        if (Trees.Count >= Classes)
        {
            return 0;
        }

        if (!Parameters.BoostFromAverage && !TrainScores.HasInitScore)
        {
            double start = Objective.StartScore(k);
            AddConstantToScores(start, k);
            return start;
        }

        return starts[k];
    }

    private void RenewFromFullGradients(Tree tree, float* pairs)
    {
        var settings = new SplitSettings(Parameters);
        for (int leaf = 0; leaf < tree.NumLeaves; leaf++)
        {
            (double g, double h) = Histograms.RootSums.Of(_grower.Partition.Rows(leaf), _grower.Partition.Count(leaf), pairs);
            tree.SetLeafOutput(leaf, settings.PlainOutput(g, h, settings.L2));
        }
    }

    private void CheckFeatures()
    {
        CheckLength("monotone_constraints", Parameters.MonotoneConstraints.Count);
        CheckLength("feature_contri", Parameters.FeatureContri.Count);
        if (Parameters.OneHotGroups.SelectMany(group => group).Any(feature => feature < 0 || feature >= Train.FeatureCount))
        {
            throw new ParameterException("one-hot groups", $"A one-hot group names a feature outside of the {Train.FeatureCount} there are.");
        }

        foreach (int feature in Parameters.InteractionConstraints.SelectMany(group => group))
        {
            if (feature < 0 || feature >= Train.FeatureCount)
            {
                throw new ParameterException("interaction_constraints", $"interaction_constraints names feature {feature}, but there are {Train.FeatureCount} features.");
            }
        }
    }

    private void CheckLength(string name, int length)
    {
        if (length != 0 && length != Train.FeatureCount)
        {
            throw new ParameterException(name, $"{name} has {length} entries, but there are {Train.FeatureCount} features.");
        }
    }
}
