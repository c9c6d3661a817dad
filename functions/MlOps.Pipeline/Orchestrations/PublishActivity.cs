using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.FeatureStore;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.FeatureFile;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// Publishes a run's predictions if it is their turn. First the claim enters the ledger: from then on the publication will be carried
/// out, by this attempt or by a later one. Then the files are written, then the claim is marked complete.
/// </summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="files">Input container.</param>
/// <param name="outputs">Output container.</param>
/// <param name="mlflow">What the run tells MLflow.</param>
/// <param name="alerts">Tells of what was found in the period.</param>
/// <param name="performance">How predictions have turned out.</param>
/// <param name="backtests">How every model of a period has turned out.</param>
/// <param name="models">What the model that predicts has learned from.</param>
/// <param name="store">Keeps the period's features where the definition asks for it.</param>
/// <param name="time">Clock for the as-of time.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(PublishActivity))]
public sealed class PublishActivity(
    LedgerStore ledgers, InputFiles files, OutputFiles outputs, MlflowRunFiles mlflow, AlertNotice alerts, PerformanceBook performance, BacktestBook backtests, ModelRegistry models, FeaturePublication store, TimeProvider time, ActivityStop stopping)
    : TaskActivity<PublishInput, PublishResult>
{
    /// <inheritdoc/>
    public override async Task<PublishResult> RunAsync(TaskActivityContext context, PublishInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var ledger = await ledgers.UpdateAsync(pipeline, l => ClaimAsync(l, pipeline, input, stopping.Token), stopping.Token);
        var claim = ledger.Publications.LastOrDefault(p => p.RunId == input.RunId && p.HistoryHash == input.Prepared.HistoryHash);
        if (claim is null)
        {
            return new PublishResult(false, 0, [], []);
        }

        // The run may have learned from files that the model that predicts has never seen.
        var model = await models.RequireAsync(pipeline, input.Prepared.Promotion.Version, stopping.Token);
        var asked = new FeatureFileInput(input.RunId, input.Pipeline, input.Definition.Hash!, input.Prepared.Drop, input.Prepared.History[0]);
        var features = await store.PrepareAsync(asked, stopping.Token);
        var manifest = Describe(input, claim).Of(model) with { Features = features is null ? null : new KeptFeatures(features.Sha256, features.RequireKey()) };
        var names = await outputs.WriteAsync(
            manifest, input.Prepared.Predict.RequireKey(), input.Prepared.Report?.RequireKey(), stopping.Token);
        if (features is not null)
        {
            await store.PublishAsync(asked, features, claim.Revision, stopping.Token);
        }

        await mlflow.WriteAsync(manifest, input.Prepared.Expected, stopping.Token);
        var fallen = input.Prepared.Performance ?? new PerformanceVerdict([], [PerformanceAlerts.Measured, PerformanceAlerts.Estimated]);
        await alerts.TellAsync(
            pipeline, input.RunId, input.Prepared.Drop, claim, [.. fallen.Alerts, .. input.Prepared.Monitor.Alerts], fallen.Unjudged, stopping.Token);
        await performance.EnterAsync(
            pipeline, input.RunId, claim.DropRevision,
            [.. (input.Prepared.Measured ?? []).Select(m => m.Revision == 0 ? m with { Revision = claim.Revision } : m)], stopping.Token);
        await backtests.EnterAsync(pipeline, input.RunId, claim.DropRevision, input.Prepared.Backtest ?? [], stopping.Token);
        ledger = await ledgers.UpdateAsync(pipeline, l => LedgerEndings.Complete(l, input.RunId), stopping.Token);
        return new PublishResult(true, claim.Revision, names, Waiting.In(ledger, input.RunId));
    }

    private async Task<Ledger> ClaimAsync(Ledger ledger, PipelineName pipeline, PublishInput input, CancellationToken cancellation)
    {
        var etags = input.Patient ? await files.ETagsByPeriodAsync(pipeline, input.Definition.Sources, cancellation) : null;
        var hash = input.Prepared.HistoryHash;
        var next = LedgerTurns.Next(ledger, input.RunId, hash, etags, required: input.Definition.Required);
        return next.Turn == Turn.Publish && next.HistoryHash == hash
            ? LedgerEndings.Claim(ledger, input.RunId, hash, input.Prepared.Predict.PredictionsSha256, time.GetUtcNow())
            : ledger;
    }

    private static Manifest Describe(PublishInput input, Publication claim) => new()
    {
        Pipeline = input.Pipeline,
        Period = claim.Period,
        Revision = claim.Revision,
        AsOf = claim.AsOf,
        RunId = input.RunId,
        Predictions = OutputFiles.PredictionsName(input.Pipeline, claim.Period),
        PredictionsSha256 = input.Prepared.Predict.PredictionsSha256,
        Parquet = input.Prepared.Predict.ParquetSha256 is null ? null : OutputFiles.ParquetName(input.Pipeline, claim.Period),
        ParquetSha256 = input.Prepared.Predict.ParquetSha256,
        Rows = input.Prepared.Predict.Rows,
        ModelSha256 = input.Prepared.Predict.ModelSha256,
        ModelVersion = input.Prepared.Promotion.Version,
        ModelStep = input.Prepared.Promotion.TrainKey,
        Promotion = input.Prepared.Promotion,
        Drop = input.Prepared.Drop,
        History = input.Prepared.History,
        DefinitionHash = input.Definition.Hash!,
        Parameters = input.Prepared.Train.Parameters,
        Metrics = RunMetrics.Of(input.Prepared),
        Steps = input.Prepared.Steps,
        TraceParent = input.TraceParent,
        CodeVersion = CodeVersion.Current,
    };
}
