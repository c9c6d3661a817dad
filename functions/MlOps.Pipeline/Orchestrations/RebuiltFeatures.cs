using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>What the rows of a period saw of the side tables, or see with what is known at another time.</summary>
/// <param name="Period">The period.</param>
/// <param name="KnownAt">Until when rows must have been known; <see langword="null"/> for what was known to the rows themselves.</param>
/// <param name="Files">The side files that were joined.</param>
/// <param name="Table">The rows' ids, their time column where there is one, and the columns of the sources.</param>
public sealed record RebuiltTable(string Period, DateTimeOffset? KnownAt, IReadOnlyList<PinnedSide> Files, Table Table);

/// <summary>Rebuilds what side tables said of a period's rows, by the same steps as its run.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="definitions">Definitions.</param>
/// <param name="join">Joins the rows.</param>
/// <param name="runner">Reads what was joined.</param>
public sealed class RebuiltFeatures(LedgerStore ledgers, DefinitionStore definitions, JoinStep join, StepRunner runner)
{
    /// <summary>Rebuilds one period's columns.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">The period.</param>
    /// <param name="knownAt">Count what was known at this time, from files up to its day; <see langword="null"/> for what was known to the rows themselves.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="SteeringException">There is no such file, or the definition has no sources.</exception>
    /// <exception cref="DefinitionException">The definition is wrong.</exception>
    public async Task<RebuiltTable> RunAsync(PipelineName pipeline, Period period, DateTimeOffset? knownAt = null, CancellationToken cancellation = default)
    {
        var definition = await definitions.PinAsync(pipeline, cancellation);
        if (definition?.Sources is not { } sources)
        {
            throw new SteeringException(Sentence.Of("features-no-sources", ("pipeline", pipeline)));
        }

        var ledger = await ledgers.ReadAsync(pipeline, cancellation);
        if (ledger.InForce(PeriodOrder.Initial) is not { } initial || ledger.InForce(period.Value) is not { } drop)
        {
            throw new SteeringException(Sentence.Of("features-no-file", ("period", period), ("pipeline", pipeline)));
        }

        var files = knownAt is { } time ? SideHistory.Of(ledger, time.UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture)) : SideHistory.Of(ledger, period.Value);
        var joined = await join.RunAsync(
            new JoinInput("features", pipeline.Value, definition.Hash, LedgerHistory.Pin(ledger, drop) with { Sides = files }, LedgerHistory.Pin(ledger, initial), knownAt), cancellation);
        await using var stream = await runner.OpenAsync(pipeline, joined.RequireKey(), ValidateStep.TableOutput, cancellation);
        var table = Table.Load(stream);
        string[] named = [definition.Id!, .. table.Find(definition.Time!.Column) is null ? [] : new[] { definition.Time.Column }, .. joined.Columns];
        return new RebuiltTable(period.Value, knownAt, [.. (files ?? []).Where(f => sources.Any(s => s.Name == f.Source))], table.Select(named));
    }
}
