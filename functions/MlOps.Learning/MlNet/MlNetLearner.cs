using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;
using MlOps.Learning.Learners;

namespace MlOps.Learning.MlNet;

/// <summary>A trainer of ML.NET as a learner: features are filled and scaled as it needs them, and it learns on one thread.</summary>
/// <param name="kind">Which one.</param>
/// <param name="processor">The machine's processor.</param>
internal sealed class MlNetLearner(LearnerKind kind, Architecture processor) : ILearner
{
    /// <inheritdoc/>
    public LearnerKind Kind => kind;

    /// <inheritdoc/>
    public LearnedModel Fit(LearningSet rows, int seed, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        cancellation.ThrowIfCancellationRequested();
        if (!kind.Tasks.Contains(rows.Task))
        {
            throw new LearnerException(kind.Name, LearnerProblem.Task, $"'{kind.Name}' does not learn a {rows.Task} task.");
        }

        // Said before anything is loaded: a library that is not there is told by the system in words of its own.
        if (kind.Name == KnownLearners.LightGbm && processor != Architecture.X64)
        {
            throw new LearnerException(kind.Name, LearnerProblem.Machine, $"Its library has no form for this processor ({processor}).");
        }

        if (rows.Task != LearningTask.Regression && rows.Label.Distinct().Take(2).Count() < 2)
        {
            throw new LearnerException(kind.Name, LearnerProblem.OneClass, $"All {rows.Label.Length} rows have the same label.");
        }

        var preparation = Preparation.Fit(kind.Needs, rows.Columns);
        var prepared = preparation.Rows(rows.Columns, 0, rows.Label.Length);
        for (var i = 0; i < prepared.Length; i++)
        {
            (prepared[i].Flag, prepared[i].Value, prepared[i].Key) = (rows.Label[i] > 0, rows.Label[i], rows.Task == LearningTask.Multiclass ? (uint)rows.Label[i] : 0);
        }

        var context = new MLContext(seed);
        using var stop = cancellation.Register(() => Cancel(context));
        var view = FeatureRow.View(context, prepared, rows.Columns.Count, rows.Task, rows.Classes);
        try
        {
            var fitted = Trainers.Of(context, kind.Name, rows.Task, seed).Fit(view);
            cancellation.ThrowIfCancellationRequested();
            var manifest = new MlNetManifest(MlNetManifest.Format, kind.Name, rows.Task, rows.Outputs, rows.Names, seed, preparation.Means, preparation.Scales, null);
            return MlNetModel.Create(context, fitted, view.Schema, manifest, rows.Columns);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException) && !cancellation.IsCancellationRequested)
        {
            throw new LearnerException(kind.Name, IsMachine(e) ? LearnerProblem.Machine : LearnerProblem.Rows, Innermost(e).Message, e);
        }
        catch (Exception e) when (e is not OperationCanceledException && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("The learning was stopped.", e, cancellation);
        }
    }

    // ML.NET can be told to stop, but has published no way to say so; without it a learning that nobody waits for runs to its end.
    private static void Cancel(MLContext context) =>
        typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)?.Invoke(context, null);

    private static bool IsMachine(Exception e) =>
        e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or PlatformNotSupportedException || (e.InnerException is { } inner && IsMachine(inner));

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;
}
