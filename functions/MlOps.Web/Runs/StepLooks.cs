using System.Text.Json;
using Azure;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>Something that a step read.</summary>
/// <param name="Name">What the step calls it.</param>
/// <param name="Sha256">Hash of the content, or of the part of the definition.</param>
/// <param name="Step">The step of the run that made it; <see langword="null"/> for files and parts of the definition.</param>
/// <param name="Key">That step's key.</param>
/// <param name="File">Name of the file; <see langword="null"/> for parts of the definition.</param>
internal sealed record StepRead(string Name, string Sha256, string? Step, string? Key, string? File);

/// <summary>A file that a step made.</summary>
/// <param name="Name">File name.</param>
/// <param name="Path">Where it is to be had from this server.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">Hash of the bytes.</param>
internal sealed record StepFile(string Name, string Path, long Length, string Sha256);

/// <summary>A step of a run: what it read, what it decided, what it made.</summary>
/// <param name="Outcome">How it came to its result this time, and in how many seconds.</param>
/// <param name="Version">Version of the step's code.</param>
/// <param name="Read">What it read, by name.</param>
/// <param name="Result">What it found and decided, as the step has it: rows, figures, choices.</param>
/// <param name="Files">What it made.</param>
internal sealed record StepDetails(StepOutcome Outcome, int Version, IReadOnlyList<StepRead> Read, JsonElement Result, IReadOnlyList<StepFile> Files);

/// <summary>Looks into the steps of runs. A key counts only where the run has it: nothing of an address becomes a path.</summary>
/// <param name="account">The account.</param>
/// <param name="history">The runs.</param>
/// <param name="steps">The steps' records.</param>
internal sealed class StepLooks(StorageAccount account, RunHistory history, StepRunner steps)
{
    /// <summary>A step of a run; <see langword="null"/> where the run has none of this key.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">The step's key.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<StepDetails?> FindAsync(RunId run, string key, CancellationToken cancellation)
    {
        if (await OutcomeAsync(run, key, cancellation) is not var (pipeline, document, outcome) || await RecordAsync(pipeline, key, cancellation) is not { } record)
        {
            return null;
        }

        var made = await MadeAsync(pipeline, document, cancellation);
        var files = record.Outputs.Select(o => new StepFile(o.Name, $"/api/runs/{run}/steps/{key}/files/{Uri.EscapeDataString(o.Name)}", o.Length, o.Sha256));
        var read = record.Inputs.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => made.TryGetValue(i.Value, out var by) ? by with { Name = i.Key } : new StepRead(i.Key, i.Value, null, null, null));
        return new StepDetails(outcome, record.Version, [.. read], record.Result, [.. files]);
    }

    /// <summary>Where a file of a step is kept; <see langword="null"/> where the run has no such step, or the step no such file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">The step's key.</param>
    /// <param name="file">File name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<string?> PathAsync(RunId run, string key, string file, CancellationToken cancellation) =>
        await OutcomeAsync(run, key, cancellation) is var (pipeline, _, _) && await RecordAsync(pipeline, key, cancellation) is { } record && record.Outputs.FirstOrDefault(o => o.Name == file) is { } output
            ? $"{pipeline}/steps/{key}/{output.Name}"
            : null;

    private async Task<(PipelineName Pipeline, RunDocument Document, StepOutcome Outcome)?> OutcomeAsync(RunId run, string key, CancellationToken cancellation)
    {
        var (pipeline, entry) = await history.FindAsync(run, cancellation);
        var document = await history.DocumentAsync(pipeline, run, cancellation);
        if (document?.Steps.Concat(document.TrialSteps).FirstOrDefault(s => s.Key == key) is { } outcome)
        {
            return (pipeline, document, outcome);
        }

        // The document has the steps at the end; until then the run itself tells which of them have ended.
        return document is not null && entry.State == RunState.Active && (await history.LiveAsync(run.Value, cancellation))?.Steps is { } ended && ended.FirstOrDefault(s => s.Key == key) is { } live
            ? (pipeline, document with { Steps = [.. document.Steps, .. ended.Select(Outcome)], History = await KnownAsync(pipeline, cancellation) }, Outcome(live))
            : null;
    }

    private static StepOutcome Outcome(LiveStep step)
    {
        var said = step.Skipped ? Sentence.Of("step-done") : null;
        return new StepOutcome(step.Name, step.Key, step.Skipped, said?.ToString() ?? "", step.Seconds) { Said = said };
    }

    // Which files the run has pinned is said at its end; by their content the ledger knows them.
    private async Task<IReadOnlyList<PinnedDrop>> KnownAsync(PipelineName pipeline, CancellationToken cancellation) =>
        [.. (await history.LedgersAsync(pipeline, cancellation)).SelectMany(ledger => ledger.Drops).Select(d => new PinnedDrop(d.Period, d.BlobName, d.ETags[0], d.Sha256, d.Revision))];

    // What made a content of the run, by its hash: a file that was dropped, or a file of a step.
    private async Task<Dictionary<string, StepRead>> MadeAsync(PipelineName pipeline, RunDocument document, CancellationToken cancellation)
    {
        var made = new Dictionary<string, StepRead>(StringComparer.Ordinal);
        foreach (var drop in document.History)
        {
            made.TryAdd(drop.Sha256, new StepRead("", drop.Sha256, null, null, drop.BlobName));
        }

        if (document.Sha256 is { } own)
        {
            made.TryAdd(own, new StepRead("", own, null, null, document.File));
        }

        var records = await Task.WhenAll(document.Steps.Select(s => s.Key).Distinct(StringComparer.Ordinal).Select(key => RecordAsync(pipeline, key, cancellation)));
        foreach (var record in records.OfType<StepRecord>())
        {
            foreach (var output in record.Outputs)
            {
                made.TryAdd(output.Sha256, new StepRead("", output.Sha256, record.Name, record.Key, output.Name));
            }
        }

        return made;
    }

    // A record that is gone is not made again for somebody who only looks.
    private async Task<StepRecord?> RecordAsync(PipelineName pipeline, string key, CancellationToken cancellation)
    {
        try
        {
            return await account.Artifacts.GetBlobClient($"{pipeline}/steps/{key}/step.json").ExistsAsync(cancellation) ? await steps.ReadRecordAsync(pipeline, key, cancellation) : null;
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or RequestFailedException { Status: 404 })
        {
            return null;
        }
    }
}
