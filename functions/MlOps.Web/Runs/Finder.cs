using Azure;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Search;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>A run with what people have written on it.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Run">The run.</param>
/// <param name="Tagging">Tags and note; <see langword="null"/> where there are none.</param>
public sealed record FoundRun(string Pipeline, LedgerRun Run, Tagging? Tagging);

/// <summary>A model with what people have written on it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Tagging">Tags and note; <see langword="null"/> where there are none.</param>
public sealed record FoundModel(ModelVersion Model, Tagging? Tagging);

/// <summary>Finds runs and models by what they are, what they measured, and what people have written on them.</summary>
/// <param name="history">Runs.</param>
/// <param name="models">Models.</param>
/// <param name="aliases">What models are now.</param>
/// <param name="tags">Tags and notes.</param>
public sealed class Finder(RunHistory history, ModelRegistry models, AliasStore aliases, TagBook tags)
{
    private const int Kept = 5000;
    private const int AtOnce = 8;

    // Who looks at a list may search it next: so many of its newest runs are read meanwhile, a few at once, since nobody waits for them.
    private const int Ahead = 1000;
    private const int AheadAtOnce = 2;

    // Names that the ledger and the tags answer; for all others a run's document is read, once: what has ended does not change.
    private static readonly HashSet<string> InLedger = new(["id", "pipeline", "period", "state", "kind", "reason", "tag", "note"], StringComparer.OrdinalIgnoreCase);
    private readonly UnchangingDocuments<RunDocument> documents = new(Kept);
    private readonly HashSet<string> askedAhead = new(StringComparer.Ordinal);
    private Task ahead = Task.CompletedTask;

    /// <summary>Runs that fit, the newest first.</summary>
    /// <param name="pipeline">Only this pipeline's; <see langword="null"/> for all.</param>
    /// <param name="where">The search; <see langword="null"/> or empty for all.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="QueryException">The search cannot be read, or asks for a name that no run has.</exception>
    public async Task<IReadOnlyList<FoundRun>> RunsAsync(PipelineName? pipeline, string? where, CancellationToken cancellation)
    {
        var query = Query.Parse(where ?? "");
        var all = new List<FoundRun>();
        foreach (var ledger in await history.LedgersAsync(pipeline, cancellation))
        {
            var written = await tags.ReadAsync(PipelineName.Parse(ledger.Pipeline), TagBook.Run, cancellation);
            all.AddRange(ledger.Runs.Select(run => new FoundRun(ledger.Pipeline, run, written.GetValueOrDefault(run.RunId))));
        }

        all = [.. all.OrderByDescending(r => r.Run.StartedAt).ThenBy(r => r.Run.RunId, StringComparer.Ordinal)];
        if (string.IsNullOrWhiteSpace(where))
        {
            ReadAhead(all);
            return all;
        }

        var needsDocuments = query.Names.Any(n => !InLedger.Contains(n));
        var facts = new Findable[all.Count];
        await Parallel.ForAsync(0, all.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
            facts[i] = Of(all[i], needsDocuments ? await DocumentAsync(all[i], stop) : null));
        query.Require(facts.SelectMany(f => f.Names).Concat(InLedger));
        return [.. all.Where((_, i) => query.Fits(facts[i]))];
    }

    /// <summary>Models that fit, the newest period first.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="where">The search; <see langword="null"/> or empty for all.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="QueryException">The search cannot be read, or asks for a name that no model has.</exception>
    public async Task<IReadOnlyList<FoundModel>> ModelsAsync(PipelineName pipeline, string? where, CancellationToken cancellation)
    {
        var query = Query.Parse(where ?? "");
        var written = await tags.ReadAsync(pipeline, TagBook.Model, cancellation);
        FoundModel[] all = [.. (await models.ListAsync(pipeline, cancellation)).Reverse().Select(m => new FoundModel(m, written.GetValueOrDefault(m.Version)))];
        if (string.IsNullOrWhiteSpace(where))
        {
            return all;
        }

        var now = await aliases.ReadAsync(pipeline, cancellation);
        Findable[] facts = [.. all.Select(m => Of(m, now))];
        query.Require(facts.SelectMany(f => f.Names).Concat(["alias", "tag", "note"]));
        return [.. all.Where((_, i) => query.Fits(facts[i]))];
    }

    private void ReadAhead(IReadOnlyList<FoundRun> runs)
    {
        lock (askedAhead)
        {
            if (!ahead.IsCompleted || runs.Take(Ahead).Where(r => r.Run.EndedAt is not null && askedAhead.Add(KeyOf(r))).ToArray() is not { Length: > 0 } unread)
            {
                return;
            }

            ahead = Task.Run(() => Parallel.ForEachAsync(unread, new ParallelOptions { MaxDegreeOfParallelism = AheadAtOnce }, async (run, stop) =>
            {
                try
                {
                    await DocumentAsync(run, stop);
                }
                catch (Exception e) when (e is RequestFailedException or InvalidDataException or IOException)
                {
                    // A search that needs it reads it again, and says what is wrong.
                }
            }));
        }
    }

    private static string KeyOf(FoundRun found) => $"{found.Pipeline}/{found.Run.RunId}";

    private async Task<RunDocument?> DocumentAsync(FoundRun found, CancellationToken cancellation)
    {
        var key = KeyOf(found);
        if (documents.Find(key) is { } known)
        {
            return known;
        }

        var document = await history.DocumentAsync(PipelineName.Parse(found.Pipeline), RunId.Parse(found.Run.RunId), cancellation);
        return found.Run.EndedAt is null ? document : documents.Keep(key, document);
    }

    private static Findable Of(FoundRun found, RunDocument? document)
    {
        var run = found.Run;
        var thing = Written(new Findable(), found.Tagging)
            .With("id", run.RunId).With("pipeline", found.Pipeline).With("period", run.Period).With("state", run.State.ToString()).With("kind", run.Kind.ToString()).With("reason", run.Reason);
        if (document is null)
        {
            return thing;
        }

        // Of a run a bare name means the period itself where it was measured, else the test rows.
        thing.With(document.Metrics, "drop", "test").With("file", document.File).With("model", document.Promotion?.Version ?? document.ModelVersion).With("rows", document.Rows);
        if (document.EndedAt is { } ended)
        {
            thing.With("seconds", (ended - document.StartedAt).TotalSeconds);
        }

        return document.Promotion is { } promotion ? thing.With("promoted", promotion.Promoted ? "yes" : "no") : thing;
    }

    private static Findable Of(FoundModel found, Aliases now)
    {
        var model = found.Model;
        var thing = Written(new Findable(), found.Tagging)
            .With("version", model.Version).With("period", model.Period).With("run", model.RunId).With("rounds", model.BestIteration).With("threshold", model.Threshold)
            .With("alias", model.Version == now.Champion ? "champion" : null).With("alias", model.Version == now.Previous ? "previous" : null);
        foreach (var (name, value) in model.Parameters)
        {
            thing.With(name, value);
            if (double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var number))
            {
                thing.With(name, number);
            }
        }

        return thing.With(model.Metrics, "test");
    }

    private static Findable Written(Findable thing, Tagging? tagging)
    {
        foreach (var tag in tagging?.Tags ?? [])
        {
            thing.With("tag", tag);
        }

        return thing.With("note", tagging?.Note);
    }
}
