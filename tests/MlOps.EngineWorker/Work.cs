using System.Text;
using Microsoft.DurableTask;

namespace MlOps.EngineWorker;

/// <summary>What a job is made of.</summary>
/// <param name="Activities">Activities of the job.</param>
/// <param name="Parallel">How many of them are scheduled at once.</param>
/// <param name="Milliseconds">How long each takes.</param>
public sealed record JobInput(int Activities, int Parallel, int Milliseconds);

/// <summary>Orchestrations whose every step leaves a mark in a file, for tests that kill the process and for measurements.</summary>
public static class Work
{
    /// <summary>Name of the orchestrator.</summary>
    public const string Job = "Job";

    private static readonly Lock Gate = new();
    private static FileStream? file;

    /// <summary>The orchestrator and its activity.</summary>
    /// <param name="tasks">The registry.</param>
    /// <param name="log">Beginning of the name of the file, one a process, to which starts and ends of activities are appended; null: none.</param>
    public static void AddTo(DurableTaskRegistry tasks, string? log) => tasks
        .AddOrchestratorFunc<JobInput, string[]>(Job, async (context, input) =>
        {
            var results = new List<string>();
            for (var done = 0; done < input.Activities; done += input.Parallel)
            {
                var count = Math.Min(input.Parallel, input.Activities - done);
                results.AddRange(await Task.WhenAll(Enumerable.Range(done, count).Select(i =>
                    context.CallActivityAsync<string>("Step", new StepInput(context.InstanceId, i, input.Milliseconds)))));
            }

            return [.. results];
        })
        .AddActivityFunc<StepInput, string>("Step", async (_, input) =>
        {
            // Each run of an activity is told apart; its result names the run.
            var run = Guid.NewGuid().ToString("N");
            Append(log, $"start {input.Instance} {input.Number} {run}");
            if (input.Milliseconds > 0)
            {
                await Task.Delay(input.Milliseconds);
            }

            Append(log, $"end {input.Instance} {input.Number} {run}");
            return run;
        });

    // A file a process, since appends of two processes would overwrite each other; the machine's clock, which the
    // engine's events carry too, orders their lines. One write a line, unbuffered: whole or not at all, whenever we are killed.
    internal static void Append(string? log, string line)
    {
        if (log is null)
        {
            return;
        }

        lock (Gate)
        {
            file ??= new FileStream($"{log}.{Environment.ProcessId}", FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(Encoding.UTF8.GetBytes($"{DateTime.UtcNow.Ticks} {line}\n"));
        }
    }

    private sealed record StepInput(string Instance, int Number, int Milliseconds);
}
