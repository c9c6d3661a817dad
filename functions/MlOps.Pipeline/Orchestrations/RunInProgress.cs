using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Retrain;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Wording;
using MlOps.Tuning;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// What a run has come to so far, kept by its orchestrator. It is rebuilt by every replay, so everything in it comes from the run's
/// input, its history and the orchestration's own clock.
/// </summary>
internal sealed class RunInProgress
{
    // Well below what a platform allows; a step that takes longer hangs.
    private static readonly TimeSpan StepDeadline = TimeSpan.FromHours(4);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestDelayForUnread = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestDelayForFile = TimeSpan.FromMinutes(30);

    private readonly TaskOrchestrationContext _context;
    private readonly DateTime _began;
    private readonly List<RunLogEntry> _log = [];
    private readonly List<LiveStep> _ended = [];
    private TimeSpan _delay = FirstDelay;
    private string? _waitsFor;
    private DateTime _waitsSince;
    private string _step = "admit";
    private DateTime _since;
    private DateTime? _searchBegan;
    private LiveSearch? _search;

    public RunInProgress(TaskOrchestrationContext context, RunRequest request)
    {
        _context = context;
        _began = context.CurrentUtcDateTime;
        Request = request;
        Document = new RunDocument
        {
            RunId = context.InstanceId,
            Pipeline = request.Pipeline,
            Period = request.Period,
            File = request.BlobName,
            ETag = request.ETag,
            Kind = request.Kind,
            Parent = request.Parent,
            TraceParent = RunTrace.Of(request.TraceParent, context.InstanceId),
            State = RunState.Active,
            StartedAt = Utc(_began),
        };
    }

    public RunRequest Request { get; }

    public RunDocument Document { get; private set; }

    public DefinitionFacts? Definition { get; private set; }

    public Trained? Trained { get; set; }

    /// <summary>What validation found odd; later steps add theirs.</summary>
    public IReadOnlyList<Finding> FileWarnings { get; private set; } = [];

    public bool Starved { get; private set; }

    // What the run does now, for those who look at the orchestration.
    public void Stage(string stage)
    {
        _step = stage;
        Note(stage);
        RunLog.WriteStage(_context.CreateReplaySafeLogger<RunInProgress>(), Document, stage);
        _since = _context.CurrentUtcDateTime;
        Tell();
    }

    // The document says nothing until the end: who looks meanwhile sees this.
    private void Tell() => _context.SetCustomStatus(new LiveRun(
        _step, Utc(_since), Document.Rows > 0 ? Document.Rows : null,
        [.. _log.TakeLast(LiveRun.LinesMax).Select(l => new LiveLine(l.Time, l.Text.Length <= LiveRun.LineMax ? l.Text : l.Text[..LiveRun.LineMax] + "…"))],
        _search, _ended.Count == 0 ? null : [.. _ended.TakeLast(LiveRun.StepsMax)]));

    /// <summary>Tells of the trials that have ended so far.</summary>
    /// <param name="planned">Trials that the definition asks for; 0 where it is not known.</param>
    /// <param name="ended">Trials and their trainings.</param>
    public void Searched(int planned, IReadOnlyList<(TrialRecord Trial, TrainResult? Trained)> ended)
    {
        var known = ended.Where(e => e.Trial is { State: TrialState.Complete, Value: { } value } && double.IsFinite(value)).ToArray();
        var higher = ended.Select(e => e.Trained).OfType<TrainResult>().FirstOrDefault()?.HigherIsBetter ?? false;
        var best = known.Length == 0 ? default : higher ? known.MaxBy(e => e.Trial.Value) : known.MinBy(e => e.Trial.Value);
        _search = new LiveSearch(
            Utc(_searchBegan ??= _context.CurrentUtcDateTime), planned, ended.Count, Round(best.Trial?.Value), best.Trial?.Number,
            ended.Select(e => e.Trained).OfType<TrainResult>().FirstOrDefault()?.Metric, higher,
            [.. ended.OrderBy(e => e.Trial.Number).TakeLast(LiveRun.TrialsMax).Select(e => new LiveTrial(e.Trial.Number, e.Trial.State == TrialState.Complete ? Round(e.Trial.Value) : null))]);
        Tell();

        static double? Round(double? value) => value is { } v && double.IsFinite(v) ? Math.Round(v, 6) : null;
    }

    // Looking again and again for the same thing is one line.
    private void Note(string text)
    {
        if (_log is not [.., var last] || last.Text != text)
        {
            _log.Add(new RunLogEntry(Utc(_context.CurrentUtcDateTime), text));
        }
    }

    public void Wake(IReadOnlyList<string> runIds)
    {
        foreach (var runId in runIds)
        {
            _context.SendEvent(runId, RunInstance.WakeEvent, Request.Period);
        }
    }

    public void Admitted(AdmitResult result) => Document = Document with { Sha256 = result.Sha256, Revision = result.Revision };

    public void Pinned(DefinitionFacts definition)
    {
        Definition = definition;
        Document = Document with { DefinitionHash = definition.Hash };
    }

    public void Validated(ValidateResult result)
    {
        FileWarnings = result.Warnings;
        Document = Document with
        {
            Rows = result.Rows,
            Warnings = result.Warnings,
            Errors = result.Errors,
            ErrorCount = result.ErrorCount,
            Steps = result.Step is { } step ? [step] : [],
        };
    }

    public void Judged(JudgeResult result) => Document = Document with { RejectedFile = result.RejectedFile };

    public void Published(PublishResult result)
    {
        if (result.Published)
        {
            Document = Document with { Outputs = result.Outputs, PredictionRevision = result.Revision };
        }
    }

    public void End(RunState state, string reason, Sentence? said) => Document = Document with { State = state, Reason = reason, Said = said };

    public void Fail(TaskFailedException e)
    {
        var cause = RunFailure.CauseOf(e.FailureDetails);
        var said = RunFailure.SaidOf(e.FailureDetails);
        var reason = Sentence.Of("run-failed", ("step", _step), ("cause", (object?)said ?? cause));
        Document = Document with
        {
            State = RunState.Failed,
            Reason = reason.ToString(),
            Said = reason,
            FailedStep = _step,
            Cause = cause,
            CauseSaid = said,
        };
    }

    public void FailWithoutDefinition()
    {
        var problem = Definition!.Problem;
        Starved = problem is null;
        var said = problem is null ? Sentence.Of("run-no-definition", ("pipeline", Request.Pipeline)) : null;
        var cause = problem ?? said!.ToString();
        Document = Document with { State = RunState.Failed, Reason = cause, Said = said, FailedStep = RunFailure.DefinitionStep, Cause = cause, CauseSaid = said };
    }

    public void Decided(RetrainResult answer)
    {
        var text = $"{(answer.Train ? "trained" : "not trained")}: {answer.Reason}";
        Note(text);
        Document = Document with { Training = text };
    }

    public void Tuned(IReadOnlyList<TrialRecord> trials, IReadOnlyList<StepOutcome> steps, string? stop, Sentence? said) =>
        Document = Document with { Trials = trials, TrialSteps = steps, SearchEnded = stop, SearchEndedSaid = said };

    public DateTime Now => _context.CurrentUtcDateTime;

    // The same step may be taken again with newer data; the latest outcome of each counts.
    public void Ran(Prepared prepared, IReadOnlyList<Finding> warnings)
    {
        foreach (var step in prepared.Steps)
        {
            Note($"{step.Name} {step.Reason} ({step.Seconds:0.0} s)");
        }

        Document = With(prepared, warnings);
    }

    private RunDocument With(Prepared prepared, IReadOnlyList<Finding> warnings) => Document with
    {
        Steps = [.. Document.Steps.Where(s => s.Name == "validate"), .. prepared.Steps],
        Warnings = [.. Document.Warnings.Concat(warnings).Distinct()],
        History = prepared.History,
        Sides = prepared.Drop.Sides,
        HistoryHash = prepared.HistoryHash,
        Metrics = RunMetrics.Of(prepared),
        Expected = prepared.Expected,
        Backtests = prepared.RollingBacktest,
        Challenger = prepared.PredictsWithItsOwn || prepared.TrainedVersion is null ? null : new TrainedModel(prepared.TrainedVersion, prepared.Evaluate.Metrics),
        ModelSha256 = prepared.Predict.ModelSha256,
        ModelVersion = prepared.Promotion.Version,
        Leaderboard = prepared.Leaderboard with { Step = null },
        Promotion = prepared.Promotion,
        Monitor = prepared.Monitor with { Step = null },
        PredictionsSha256 = prepared.Predict.PredictionsSha256,
    };

    /// <summary>Calls a step's activity under a deadline, so that a step that hangs ends the run with that cause.</summary>
    public async Task<T> StepAsync<T>(string activity, object input)
    {
        using var stop = new CancellationTokenSource();
        var work = _context.CallActivityAsync<T>(activity, input, Retries.Steps);
        var limit = Definition?.StepTimeout ?? StepDeadline;
        var deadline = _context.CreateTimer(limit, stop.Token);
        if (await Task.WhenAny(work, deadline) == deadline)
        {
            throw new TaskFailedException(activity, 0, new TaskFailureDetails(
                "System.TimeoutException", $"The step did not end within {RunFailure.Spell(limit)}. `step_timeout` in the definition allows it more.", null, null, null));
        }

        // Cancel, not CancelAsync: the timer's end must be recorded here and now.
        stop.Cancel();
        var result = await work;
        // Trials are told by the search.
        if (result is StepResult { Step: { } ended } && input is not TrainInput { Trial: true } && _ended.All(s => s.Key != ended.Key))
        {
            _ended.Add(new LiveStep(ended.Key, ended.Seconds, ended.Skipped));
            Tell();
        }

        return result;
    }

    /// <summary>
    /// A run that repeats another finds its drop judged already: what validation found odd is asked for again, which the step's content
    /// answers, so that it is in this run's report too.
    /// </summary>
    public async Task RecallFindingsAsync(NextTurnResult turn)
    {
        if (Document.Steps.Count > 0)
        {
            return;
        }

        Stage("validate");
        var result = await StepAsync<ValidateResult>(StepActivities.Validate, new ValidateInput(
            _context.InstanceId,
            Definition!.Hash!,
            new DropReference(Request.Pipeline, turn.Drop!.Period, turn.Drop.BlobName, turn.Drop.ETag),
            turn.Drop.Sha256,
            turn.Initial));
        if (result.Accepted)
        {
            Validated(result);
        }
    }

    /// <summary>How predictions have turned out.</summary>
    public async Task<PerformanceAnswer> PerformanceAsync(PerformanceQuestion question)
    {
        Stage("performance");
        return await StepAsync<PerformanceAnswer>(nameof(PerformanceActivity), question);
    }

    /// <summary>Whether the run still waits for files that lie unread in the input container.</summary>
    public bool IsPatient(TimeSpan patience) =>
        !IsForUnread || _context.CurrentUtcDateTime - _waitsSince < patience;

    /// <summary>Ends the run if it has waited for a file longer than its definition allows.</summary>
    public bool HasStarved(string waitsFor)
    {
        if (_waitsFor != waitsFor)
        {
            (_waitsFor, _waitsSince, _delay) = (waitsFor, _context.CurrentUtcDateTime, FirstDelay);
        }

        var limit = Definition!.WaitForInitial;
        if (!IsForFile || _context.CurrentUtcDateTime - _waitsSince < limit)
        {
            return false;
        }

        Starved = true;
        var said = waitsFor == "initial.csv"
            ? Sentence.Of("run-starved", ("pipeline", Request.Pipeline), ("time", RunFailure.Spell(limit)))
            : Sentence.Of("run-starved-side", ("file", $"{Request.Pipeline}/{waitsFor}"), ("time", RunFailure.Spell(limit)));
        Document = Document with { State = RunState.Failed, Reason = said.ToString(), Said = said, FailedStep = "wait", Cause = said.ToString(), CauseSaid = said };
        return true;
    }

    /// <summary>How long to wait before looking again unasked: longer each time.</summary>
    public TimeSpan NextDelay()
    {
        var delay = _delay;
        var longest = IsForFile ? LongestDelayForFile : IsForUnread ? LongestDelayForUnread : LongestDelay;
        _delay = delay * 2 < longest ? delay * 2 : longest;
        var left = IsForFile ? Definition!.WaitForInitial - (_context.CurrentUtcDateTime - _waitsSince) : delay;
        return left < delay ? left : delay;
    }

    public void WasWoken() => _delay = FirstDelay;

    public RunDocument Close()
    {
        Note($"{Document.State.ToString().ToLowerInvariant()}: {Document.Reason}");
        return Document = Document with { EndedAt = Utc(_context.CurrentUtcDateTime), Log = [.. _log] };
    }

    public Notice Notice() => RunFailure.NoticeOf(Document);

    public void Ended(EndResult result) => Document = Document with { RejectedFile = result.DeadLetter ?? Document.RejectedFile };

    // For initial.csv, or for the file of a side table, which only people can bring.
    private bool IsForFile => _waitsFor is { } what && what.EndsWith(".csv", StringComparison.Ordinal) && !what.Contains(' ', StringComparison.Ordinal);

    private bool IsForUnread => _waitsFor?.EndsWith("to be read", StringComparison.Ordinal) == true;

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
