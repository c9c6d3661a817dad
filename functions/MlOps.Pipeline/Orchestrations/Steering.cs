using Microsoft.Extensions.Logging;
using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>What people do to runs: repeat, end, replay, repeat a range. Every command goes through the ledger and the same engine as a drop.</summary>
public sealed class Steering
{
    /// <summary>The steps that a rerun may begin at, in their order.</summary>
    public static readonly IReadOnlyList<string> StepNames = ["validate", "accumulate", "featurize", "inspect", "train", "baseline", "evaluate", "leaderboard", "compare", "predict", "explain", "monitor", "performance", "report"];

    private readonly LedgerStore _ledgers;
    private readonly RunDocuments _documents;
    private readonly RunStarter _starter;
    private readonly DurableTaskClient _client;
    private readonly StepRunner _steps;
    private readonly DefinitionStore _definitions;
    private readonly DeadLetters _deadLetters;
    private readonly NoticeSender _sender;
    private readonly ApprovalStore _approvals;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes the commands.</summary>
    /// <param name="ledgers">Ledgers.</param>
    /// <param name="documents">Run documents.</param>
    /// <param name="starter">Starts runs.</param>
    /// <param name="client">Ends and wakes orchestrations.</param>
    /// <param name="steps">Finished steps.</param>
    /// <param name="definitions">Definitions.</param>
    /// <param name="deadLetters">Files that were put aside.</param>
    /// <param name="sender">Keeps and sends notices.</param>
    /// <param name="approvals">Questions to people.</param>
    /// <param name="time">Clock for the ledger.</param>
    /// <param name="logger">Gets a line for each command.</param>
    public Steering(
        LedgerStore ledgers, RunDocuments documents, RunStarter starter, DurableTaskClient client, StepRunner steps, DefinitionStore definitions,
        DeadLetters deadLetters, NoticeSender sender, ApprovalStore approvals, TimeProvider time, ILogger<Steering> logger)
    {
        _ledgers = ledgers;
        _documents = documents;
        _starter = starter;
        _client = client;
        _steps = steps;
        _definitions = definitions;
        _deadLetters = deadLetters;
        _sender = sender;
        _approvals = approvals;
        _time = time;
        _logger = logger;
    }

    /// <summary>Repeats a run under a new id that names it as parent. What is done already is skipped by content.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">The run.</param>
    /// <param name="from">A step of <see cref="StepNames"/> from which on the work is done again even where it is done; <see langword="null"/> for none.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Id of the new run.</returns>
    /// <exception cref="SteeringException">The run cannot be repeated; the message says what can be done.</exception>
    public async Task<string> RerunAsync(PipelineName pipeline, RunId runId, string? from = null, CancellationToken cancellation = default)
    {
        if (from is not null && !StepNames.Contains(from))
        {
            throw new SteeringException(Sentence.Of("steer-no-step", ("step", PipelineName.Shorten(from)), ("steps", string.Join(", ", StepNames))));
        }

        // Checked before anything is forgotten.
        LedgerSteering.Rerun(await _ledgers.ReadAsync(pipeline, cancellation), runId.Value, _time.GetUtcNow());
        if (from is not null)
        {
            await ForgetAsync(pipeline, runId, from, cancellation);
        }

        var ledger = await _ledgers.UpdateAsync(pipeline, l => LedgerSteering.Rerun(l, runId.Value, _time.GetUtcNow()), cancellation);
        await _starter.StartDueAsync(ledger, cancellation);
        var started = ledger.Runs.Last(r => r.Parent == runId.Value && r.Kind == RunKind.Rerun).RunId;
        _logger.LogInformation("run {RunId} is repeated as {NewRunId} from {Step}", runId, started, from ?? "what is not done");
        return started;
    }

    /// <summary>Ends a run. It is told of like every other end, and whatever waited for it goes on.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="SteeringException">The run has ended, or is writing its output.</exception>
    public async Task CancelAsync(PipelineName pipeline, RunId runId, CancellationToken cancellation = default)
    {
        var restate = await RestatesAsync(pipeline, cancellation);
        var ledger = await _ledgers.UpdateAsync(pipeline, l => LedgerSteering.Cancel(l, runId.Value, restate, _time.GetUtcNow()), cancellation);
        var run = ledger.FindRun(runId.Value)!;
        await _client.TerminateInstanceAsync(runId.Value, "Cancelled by command.", cancellation);
        await TellAsync(pipeline, ledger, run, cancellation);
        await _starter.StartDueAsync(ledger, cancellation);
        foreach (var waiting in Waiting.In(ledger, runId.Value))
        {
            await _client.RaiseEventAsync(waiting, RunInstance.WakeEvent, run.Period, cancellation);
        }
    }

    /// <summary>Answers whether a run's model may become the champion. The first answer stands.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">The run that waits.</param>
    /// <param name="approve">Whether it may.</param>
    /// <param name="by">Who answers.</param>
    /// <param name="comment">What else is said; it is kept with the decision.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="SteeringException">The run asks nothing, or somebody has answered otherwise already.</exception>
    public async Task<ApprovalRecord> AnswerAsync(PipelineName pipeline, RunId runId, bool approve, string by, string? comment = null, CancellationToken cancellation = default)
    {
        var question = (await _approvals.OfRunAsync(pipeline, runId, cancellation)).FirstOrDefault()
            ?? throw new SteeringException(Sentence.Of("steer-no-question", ("run", runId)));
        var wanted = approve ? ApprovalState.Approved : ApprovalState.Rejected;
        var answered = await _approvals.AnswerAsync(pipeline, question.Challenger, question.Champion, wanted, by, comment, cancellation);
        if (answered.State != wanted || answered.By != by)
        {
            throw new SteeringException(Sentence.Of("steer-settled", ("run", runId), ("answer", answered.Answer()), ("pipeline", pipeline), ("version", answered.Challenger)));
        }

        await _client.RaiseEventAsync(runId.Value, RunInstance.ApprovalEvent, wanted, cancellation);
        return answered;
    }

    /// <summary>Processes a file again that was put aside, as a dead letter or because it was refused.</summary>
    /// <param name="name">Name inside the rejected container.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Id of the new run.</returns>
    /// <exception cref="SteeringException">There is no such file, or its run cannot be repeated.</exception>
    public async Task<string> ReplayAsync(string name, CancellationToken cancellation = default)
    {
        name = name.StartsWith("rejected/", StringComparison.Ordinal) ? name["rejected/".Length..] : name;
        if (!DeadLetters.TryParse(name, out var pipeline, out var period, out var etag))
        {
            throw new SteeringException(Sentence.Of("steer-no-file-name", ("name", PipelineName.Shorten(name))));
        }

        var ledger = await _ledgers.ReadAsync(pipeline, cancellation);
        var drop = ledger.Drops.FirstOrDefault(d => d.Period == period.Value && d.ETags.Contains(etag));
        var run = drop is null ? null : ledger.LastRunOf(drop);
        if (drop is null || run is null)
        {
            throw new SteeringException(Sentence.Of("steer-unread", ("pipeline", pipeline), ("period", period), ("etag", etag)));
        }

        await _deadLetters.RestoreAsync(pipeline, drop, name, cancellation);
        var started = await RerunAsync(pipeline, RunId.Parse(run.RunId), null, cancellation);
        await _deadLetters.RemoveAsync(name, cancellation);
        return started;
    }

    /// <summary>Repeats the current run of every period in a range, for instance after the definition has changed.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="first">First period.</param>
    /// <param name="last">Last period.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Ids of the new runs, in period order.</returns>
    /// <exception cref="SteeringException">No period of the range has a file, or one of its runs is still going on.</exception>
    public async Task<IReadOnlyList<string>> BackfillAsync(PipelineName pipeline, Period first, Period last, CancellationToken cancellation = default)
    {
        IReadOnlyList<string> added = [];
        var ledger = await _ledgers.UpdateAsync(
            pipeline,
            l =>
            {
                var before = l.Runs.Count;
                foreach (var period in l.Periods.Where(p => p != PeriodOrder.Initial && Period.Parse(p) >= first && Period.Parse(p) <= last))
                {
                    l = l.Current(period) is { } drop && l.LastRunOf(drop) is { } run ? LedgerSteering.Rerun(l, run.RunId, _time.GetUtcNow()) : l;
                }

                added = [.. l.Runs.Skip(before).Select(r => r.RunId)];
                return l;
            },
            cancellation);
        if (added.Count == 0)
        {
            throw new SteeringException(Sentence.Of("steer-no-range", ("pipeline", pipeline), ("first", first), ("last", last)));
        }

        await _starter.StartDueAsync(ledger, cancellation);
        return added;
    }

    private async Task ForgetAsync(PipelineName pipeline, RunId runId, string from, CancellationToken cancellation)
    {
        var document = await _documents.ReadAsync(pipeline, runId, cancellation);
        var order = StepNames.ToList();
        foreach (var step in document?.Steps ?? [])
        {
            // featurize-train and featurize-score are one step to people, and measure belongs to predict.
            var name = step.Name == "measure" ? "predict" : step.Name.Split('-')[0];
            if (order.IndexOf(name) >= order.IndexOf(from))
            {
                await _steps.ForgetAsync(pipeline, step.Key, cancellation);
            }
        }
    }

    private async Task TellAsync(PipelineName pipeline, Ledger ledger, LedgerRun run, CancellationToken cancellation)
    {
        var document = (await _documents.ReadAsync(pipeline, RunId.Parse(run.RunId), cancellation) ?? new RunDocument
        {
            RunId = run.RunId,
            Pipeline = pipeline.Value,
            Period = run.Period,
            File = ledger.DropOf(run)?.BlobName ?? $"{pipeline}/{run.Period}.csv",
            ETag = run.ETag,
            StartedAt = run.StartedAt,
        }) with
        {
            State = run.State, Reason = run.Reason!, Said = run.Said, EndedAt = run.EndedAt,
        };
        await _documents.WriteAsync(document, cancellation);
        await _sender.TellAsync(pipeline, RunFailure.NoticeOf(document), cancellation);
    }

    private async Task<bool> RestatesAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            return (await _definitions.PinAsync(pipeline, cancellation))?.Restate ?? true;
        }
        catch (DefinitionException)
        {
            return true;
        }
    }
}
