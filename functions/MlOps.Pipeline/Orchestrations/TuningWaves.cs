using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Pipeline.Steps;
using MlOps.Tuning;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>The search for parameters: waves of trials, each wave at the same time, each trial a training of its own.</summary>
internal static class TuningWaves
{
    /// <summary>Runs the search that the definition asks for, if any.</summary>
    /// <returns>The last plan, with the parameters of the best trials; without a search there are none.</returns>
    public static async Task<TuneResult> RunAsync(
        RunInProgress run, string id, string pipeline, string definition, string featurizeKey)
    {
        var trials = new List<TrialRecord>();
        var steps = new List<StepOutcome>();
        var ended = new List<(TrialRecord Trial, TrainResult? Trained)>();
        var began = run.Now;
        while (true)
        {
            run.Stage("tune");
            var plan = await run.StepAsync<TuneResult>(StepActivities.Tune, new TuneInput(id, pipeline, definition, trials, (run.Now - began).TotalSeconds));
            if (plan.Wave.Count == 0)
            {
                run.Tuned(trials, steps, plan.Stop, plan.Said);
                return plan;
            }

            var running = plan.Parameters.Select((parameters, i) => run.StepAsync<TrainResult>(
                StepActivities.Train, new TrainInput(id, pipeline, definition, featurizeKey, parameters, Trial: true, Pruning: plan.Prunes ? new Pruning(plan.Wave[i], [.. trials]) : null))).ToArray();
            await TellAsync(run, plan, running, ended);
            var trained = await Task.WhenAll(running);
            steps.AddRange(trained.Select(t => t.Step).OfType<StepOutcome>());
            trials.AddRange(plan.Wave.Select((trial, i) => TuneStep.Tell(trial, trained[i])));
        }
    }

    // Each trial is told as it ends, in whatever order; what comes of the wave does not depend on it.
    private static async Task TellAsync(RunInProgress run, TuneResult plan, Task<TrainResult>[] running, List<(TrialRecord Trial, TrainResult? Trained)> ended)
    {
        run.Searched(plan.Planned ?? 0, ended);
        var open = Enumerable.Range(0, running.Length).ToList();
        while (open.Count > 0)
        {
            await Task.WhenAny(open.Select(i => running[i]));
            foreach (var i in open.Where(i => running[i].IsCompleted).ToArray())
            {
                open.Remove(i);
                if (running[i].IsCompletedSuccessfully)
                {
                    var trained = await running[i];
                    ended.Add((TuneStep.Tell(plan.Wave[i], trained), trained));
                }
            }

            run.Searched(plan.Planned ?? 0, ended);
        }
    }
}
