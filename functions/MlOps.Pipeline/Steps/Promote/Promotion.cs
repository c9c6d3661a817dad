using System.Text.Json;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Promote;

/// <summary>
/// The gate: compares a run's model with the champion of the period before, lets guards and people veto, and records the decision, once.
/// The verdict with all its evidence is kept as <c>artifacts/{pipeline}/runs/{runId}/verdict.json</c>.
/// </summary>
public sealed class Promotion
{
    private readonly StepContext _context;
    private readonly CompareStep _compare;
    private readonly ModelRegistry _models;
    private readonly AliasStore _aliases;
    private readonly LatencyBook _latency;
    private readonly ApprovalStore _approvals;
    private readonly BacktestBook _backtests;

    internal Promotion(StepContext context, CompareStep compare, ModelRegistry models, AliasStore aliases, LatencyBook latency, ApprovalStore approvals, BacktestBook backtests)
    {
        _context = context;
        _compare = compare;
        _models = models;
        _aliases = aliases;
        _latency = latency;
        _approvals = approvals;
        _backtests = backtests;
    }

    /// <summary>
    /// Decides; asking again with the same run and model gives the same decision. Where a person must approve and has not, nothing is decided:
    /// the result's approval is <c>pending</c>, and whoever asks asks again later.
    /// </summary>
    /// <param name="input">The run's model.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<PromoteResult> DecideAsync(PromoteInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var aliases = await _aliases.ReadAsync(pipeline, cancellation);
        var decided = aliases.History.LastOrDefault(r => IsOf(r, input));
        var champion = decided is null ? aliases.Before(input.Period) : decided.Previous;
        var asked = new CompareInput(input.RunId, input.Pipeline, input.DefinitionHash, input.Challenger, champion, Record(aliases, decided, input.Period));
        if (definition.Promote.Rule == PromoteRule.Measured)
        {
            asked = asked with
            {
                Measured = BacktestBook.Before(await _backtests.ReadAsync(pipeline, cancellation), input.Period, decided?.At),
                Champions = Former(aliases, decided).Champions(input.Period, Proceeding.Decisions),
            };
        }

        var compared = await _compare.RunAsync(asked, cancellation);
        var verdict = await VetoAsync(pipeline, definition, input, compared, cancellation);
        ApprovalRecord? approval = null;
        if (verdict.Promote && champion is not null && definition.Promote.ManualApproval)
        {
            approval = await _approvals.FindAsync(pipeline, input.Challenger, champion, cancellation);
            if (approval is null or { State: ApprovalState.Pending } || approval.IsOpenTo(input.RunId))
            {
                return await ResultAsync(pipeline, champion, promoted: false, champion, verdict, ApprovalState.Pending, definition.Promote.ApprovalTimeout, cancellation);
            }

            verdict = verdict with
            {
                Promote = approval.State == ApprovalState.Approved,
                Reason = $"{verdict.Reason}; {approval.Answer()}",
                Said = verdict.Said is { } said ? [.. said, Sentence.Of("and-answer", ("answer", approval.Answer()))] : null,
            };
        }

        // An earlier champion does not come back behind the back of a person who approves promotions.
        var kept = verdict.Proceeding?.Keep is { } keep && champion is not null && !definition.Promote.ManualApproval ? keep.ModelVersion : champion;
        // Without any champion there must still be predictions; a model that was refused makes them and is nobody's champion.
        var chosen = verdict.Promote || kept is null ? input.Challenger : kept;
        await KeepAsync(pipeline, input, verdict, cancellation);
        if (decided is null)
        {
            var release = new Release(
                _aliases.Now, input.Period, verdict.Promote ? input.Challenger : kept, champion, input.Challenger, input.RunId,
                $"{(verdict.Promote ? "promoted" : "refused")}: {verdict.Reason}", compared.RequireKey(),
                Sentence.Of(verdict.Promote ? "release-promoted" : "release-refused", ("reason", verdict.Told)));
            await _aliases.UpdateAsync(
                pipeline,
                now => now.History.Any(r => IsOf(r, input) || IsSame(r, release)) ? now : now.With(release),
                cancellation);
        }

        return await ResultAsync(pipeline, chosen, verdict.Promote, champion, verdict, approval?.State, null, cancellation);
    }

    // What was decided is judged again on what was known then.
    private static Aliases Former(Aliases aliases, Release? decided) =>
        decided is null ? aliases : aliases with { History = [.. aliases.History.TakeWhile(r => r != decided)] };

    private static IReadOnlyList<PastDecision> Record(Aliases aliases, Release? decided, string period) => TrackRecord.Of(Former(aliases, decided).History, period);

    // What stands against a promotion apart from the comparison itself.
    private async Task<CompareResult> VetoAsync(
        PipelineName pipeline, PipelineDefinition definition, PromoteInput input, CompareResult verdict, CancellationToken cancellation)
    {
        if (verdict.Promote && input.Incidents.Count > 0 && definition.Monitor.Hold)
        {
            return verdict.Because(false, Sentence.Of("verdict-incident", ("message", (object?)input.Incidents[0].Said ?? input.Incidents[0].Message)));
        }

        if (verdict.Promote && definition.Promote.Guards?.Latency is { } limit)
        {
            var measured = await _latency.OfAsync(pipeline, input.Challenger, cancellation);
            verdict = Guards.Apply(verdict, [GuardFinding.Of(
                "latency", Sentence.Of("guard-latency"), measured.MillisecondsPerRow, null, limit, measured.MillisecondsPerRow <= limit)]);
        }

        return verdict;
    }

    private Task KeepAsync(PipelineName pipeline, PromoteInput input, CompareResult verdict, CancellationToken cancellation) =>
        _context.Account.Artifacts.GetBlobClient($"{pipeline}/runs/{RunId.Parse(input.RunId)}/verdict.json").UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(verdict, ArtifactJson.Indented)),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
            cancellation);

    private async Task<PromoteResult> ResultAsync(
        PipelineName pipeline, string chosen, bool promoted, string? champion, CompareResult verdict, string? approval, TimeSpan? timeout, CancellationToken cancellation)
    {
        var version = await _models.RequireAsync(pipeline, chosen, cancellation);
        return new PromoteResult(version.Version, promoted, champion, version.AccumulateKey, version.TrainKey, version.EvaluateKey, verdict, approval, timeout, version.Metrics, version.Parameters, version.BestIteration);
    }

    // The same model judged again on the same evidence is no new decision: labels that come late must not undo what was done by hand since.
    private static bool IsSame(Release known, Release release) => known.VerdictKey is not null
        && (known.Period, known.Challenger, known.Champion, known.Previous, known.VerdictKey) == (release.Period, release.Challenger, release.Champion, release.Previous, release.VerdictKey);

    private static bool IsOf(Release release, PromoteInput input) =>
        release.Mover == input.RunId && release.Challenger == input.Challenger && release.Period == input.Period;
}
