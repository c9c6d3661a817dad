using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Objectives;

/// <summary>A loss of one row's score and label.</summary>
internal interface IPointwiseLoss
{
    /// <summary>Gradient and hessian of a row.</summary>
    (float Gradient, float Hessian) At(double score, float label, float weight);
}

/// <summary>An objective that looks at each row by itself.</summary>
/// <typeparam name="TLoss">The loss; a struct, so that the loop is compiled for it.</typeparam>
internal abstract unsafe class PointwiseObjective<TLoss> : Objective
    where TLoss : struct, IPointwiseLoss
{
    /// <summary>The loss, ready after <see cref="Objective.Start"/>.</summary>
    protected abstract TLoss Loss { get; }

    /// <summary>Labels that the loss sees; transformed ones with reg_sqrt.</summary>
    protected float[] Label { get; set; } = [];

    public override void Start(RowData rows)
    {
        base.Start(rows);
        Label = rows.Label;
    }

    public override void Gradients(double* scores, float* pairs, Team team)
    {
        TLoss loss = Loss;
        float[] label = Label;
        float[] weight = Rows.Weight;
        ForBlocks(label.Length, team, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                (pairs[2 * i], pairs[(2 * i) + 1]) = loss.At(scores[i], label[i], weight.Length == 0 ? 1f : weight[i]);
            }
        });
    }
}
