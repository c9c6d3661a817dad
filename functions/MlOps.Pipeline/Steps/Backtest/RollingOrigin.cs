using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>
/// Backtests by rolling origin: the latest labelled periods of a history, each predicted from what came before it. The last one comes first, so that a budget of work
/// leaves out the oldest. Each is a step of its own, which the run of the next period finds done. A definition asks for them by <c>time: COLUMN</c> or <c>history: auto</c>;
/// without it they are made of later files alone, once there are enough of these to choose which rows validate, and cost little (<see cref="BacktestStep.MostRows"/>).
/// </summary>
internal sealed class RollingOrigin(StepContext context, JoinStep join, BacktestStep step) : IRollingBacktest
{
    /// <inheritdoc/>
    public async Task<RollingBacktest?> RunAsync(AccumulateInput input, CancellationToken cancellation)
    {
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        PinnedDrop[] history = [.. input.History.OrderBy(h => Period.Parse(h.Period))];
        if (!BacktestStep.IsAsked(definition) && !(LearningWay.Of(definition).Count > 1 && history.Length > WayChoice.Fewest))
        {
            return null;
        }

        var (periods, work) = (new List<BacktestedPeriod>(), 0L);
        foreach (var (period, drops) in await CutsAsync(input, pipeline, definition, history, cancellation))
        {
            // Not more is spent on looking back than on the search for parameters.
            if (definition.Tune.Work is { } budget && work >= budget)
            {
                break;
            }

            // Of later files five say what the world is like now; the five inside the first one, which the first run has predicted, say how periods follow one another.
            if (periods.Count(p => p.IsInside == (drops.Length == 1)) == NextPeriod.Most)
            {
                continue;
            }

            var found = await step.RunAsync(new BacktestInput(input.RunId, input.Pipeline, input.DefinitionHash, drops, period), cancellation);
            if (found.Period is { } measured)
            {
                periods.Insert(0, measured);
                work += measured.Work;
            }
        }

        return new RollingBacktest(periods, WayChoice.Of(definition, periods));
    }

    // The periods that can be predicted from others, the last one first, with the files up to them.
    private async Task<IReadOnlyList<(string Period, PinnedDrop[] Drops)>> CutsAsync(
        AccumulateInput input, PipelineName pipeline, PipelineDefinition definition, PinnedDrop[] history, CancellationToken cancellation)
    {
        var cuts = Enumerable.Range(1, history.Length - 1).Reverse().Select(i => (history[i].Period, history[..(i + 1)])).ToList();
        if (!BacktestStep.IsAsked(definition))
        {
            // Where nobody asked, files without labels are not gone through to find some that have them.
            return [.. cuts.Take(NextPeriod.Most)];
        }

        if (definition.Time is { } time)
        {
            var key = await join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, history[0], history[0], cancellation);
            var table = await context.OpenTableAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
            if (table.Find(time.Column) is { } column)
            {
                cuts.AddRange(TimeOrder.Of(column, time).Names.Skip(1).Reverse().Select(name => (name, history[..1])));
            }
        }

        return cuts;
    }
}
