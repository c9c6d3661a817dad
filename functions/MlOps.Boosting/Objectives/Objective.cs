using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Objectives;

/// <summary>
/// What a training minimises. Gradients are computed in doubles from the scores and rounded to floats, pair by pair
/// (gradient, hessian), class after class.
/// </summary>
internal abstract unsafe class Objective
{
    /// <summary>Rows of one share of parallel work.</summary>
    protected const int BlockRows = 8192;

    /// <summary>LightGBM's name.</summary>
    public abstract string Name { get; }

    /// <summary>Trees of one iteration: classes, or 1.</summary>
    public virtual int TreesPerIteration => 1;

    /// <summary>Whether leaf outputs are recomputed from residuals.</summary>
    public virtual bool RenewsOutputs => false;

    /// <summary>Whether every hessian is the same.</summary>
    public virtual bool HasConstantHessian => false;

    /// <summary>Rows with a positive label (binary); 0 for other objectives.</summary>
    public virtual int PositiveRows => 0;

    protected RowData Rows { get; private set; } = null!;

    /// <summary>Looks at the labels.</summary>
    /// <exception cref="BoostingDataException">The labels are outside the objective's range.</exception>
    public virtual void Start(RowData rows) => Rows = rows;

    /// <summary>The best constant score of a class.</summary>
    public abstract double StartScore(int tree);

    /// <summary>Whether there is anything to learn for a class.</summary>
    public virtual bool NeedsTraining(int tree) => true;

    /// <summary>Gradients at the given scores.</summary>
    /// <param name="scores">Scores, class after class.</param>
    /// <param name="pairs">Receives (gradient, hessian), class after class.</param>
    /// <param name="team">Threads.</param>
    public abstract void Gradients(double* scores, float* pairs, Team team);

    /// <summary>The new output of a leaf.</summary>
    /// <param name="rows">Rows of the leaf, ascending.</param>
    /// <param name="scores">Scores before this tree, of the tree's class.</param>
    public virtual double RenewOutput(ReadOnlySpan<int> rows, Func<int, double> scores) =>
        throw new NotSupportedException($"{Name} does not renew leaf outputs.");

    /// <summary>Turns the raw scores of a row into probabilities or values, in place.</summary>
    /// <param name="scores">One score a class.</param>
    public virtual void Convert(Span<double> scores)
    {
    }

    /// <summary>Which function <see cref="Convert"/> is.</summary>
    public virtual ScoreLink Link => ScoreLink.Identity;

    /// <summary>What a score is multiplied by before the function, where that is <see cref="ScoreLink.Sigmoid"/>.</summary>
    public virtual double LinkSlope => 1;

    /// <summary>The line of the model file.</summary>
    public virtual string ModelText => Name;

    /// <summary>Mean label, weighted, in row order.</summary>
    protected double MeanLabel(Func<float, double> value)
    {
        double sum = 0;
        double weights = 0;
        float[] label = Rows.Label;
        if (Rows.Weight.Length == 0)
        {
            foreach (float y in label)
            {
                sum += value(y);
            }

            return sum / label.Length;
        }

        for (int i = 0; i < label.Length; i++)
        {
            sum += value(label[i]) * Rows.Weight[i];
            weights += Rows.Weight[i];
        }

        return sum / weights;
    }

    protected static void ForBlocks(int rows, Team team, Action<int, int> block) =>
        team.Run((rows + BlockRows - 1) / BlockRows, share =>
            block(share * BlockRows, Math.Min(rows, (share + 1) * BlockRows)));
}
