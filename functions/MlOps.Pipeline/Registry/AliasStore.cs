using System.Collections.Concurrent;
using Azure;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>Reads and changes <c>artifacts/{pipeline}/models/aliases.json</c>; of two writers one tries again on what the other wrote.</summary>
/// <param name="account">The account.</param>
/// <param name="models">Versions, which must exist to become champion.</param>
/// <param name="time">Clock for the time of a decision.</param>
public sealed class AliasStore(StorageAccount account, ModelRegistry models, TimeProvider time)
{
    private const string Hand = "hand";

    // Kept, since each remembers what was read last for those who look again and again.
    private readonly ConcurrentDictionary<PipelineName, SharedDocument<Aliases>> _documents = [];

    /// <summary>The aliases now.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Aliases> ReadAsync(PipelineName pipeline, CancellationToken cancellation = default) => (await Document(pipeline).ReadAsync(cancellation)).Value;

    /// <summary>The aliases where they have changed since they were last read; <see langword="null"/> where they have not.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="known">ETag of the last reading; <see langword="null"/> for none. Without aliases in the account the answer has none either.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<(Aliases Aliases, ETag? ETag)?> ReadIfChangedAsync(PipelineName pipeline, ETag? known, CancellationToken cancellation = default)
    {
        var (now, etag) = await Document(pipeline).ReadAsync(cancellation);
        return etag is not null && etag == known ? null : (now, etag);
    }

    /// <summary>Makes a version the champion by hand.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="StepRefusedException">There is no such version.</exception>
    public Task<Aliases> PromoteAsync(PipelineName pipeline, string version, CancellationToken cancellation = default) => PromoteAsync(pipeline, version, null, cancellation);

    /// <summary>Makes a version the champion by hand, and keeps who did and why with the decision.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="by">Who decides and why; <see langword="null"/> where nobody said.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="StepRefusedException">There is no such version, or the reason is none.</exception>
    public async Task<Aliases> PromoteAsync(PipelineName pipeline, string version, GivenDecision? by, CancellationToken cancellation = default)
    {
        if (by is not null && GivenReason.ProblemOf(by.Why) is { } problem)
        {
            throw new StepRefusedException(problem);
        }

        await models.RequireAsync(pipeline, version, cancellation);
        var reason = by is null ? Sentence.Of("release-by-hand") : Sentence.Of("release-by-hand-why", ("who", by.Who), ("why", by.Why));
        return await UpdateAsync(pipeline, now => now.Champion == version ? now : ByHand(now, version, reason), cancellation);
    }

    /// <summary>Puts the champion before the present one back in its place.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="InvalidOperationException">There is no earlier champion.</exception>
    public Task<Aliases> RollbackAsync(PipelineName pipeline, CancellationToken cancellation = default) => UpdateAsync(
        pipeline,
        now => ByHand(
            now, now.Previous ?? throw NothingBefore(pipeline), Sentence.Of("release-rolled-back", ("version", now.Champion ?? ""))),
        cancellation);

    /// <summary>The aliases and the ETag under which they may be changed; <see langword="null"/> where there are none yet.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public Task<(Aliases Aliases, ETag? ETag)> ReadWithETagAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        Document(pipeline).ReadAsync(cancellation);

    /// <summary>Says who meets requests beside the champion.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="traffic">The other versions; <see langword="null"/> for the champion alone.</param>
    /// <param name="onlyIf">Only where the aliases are still these; <see langword="null"/> to change whatever they are.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="StepRefusedException">A version does not exist or predicts something else than the champion, the share is out of range, or there is no champion.</exception>
    /// <exception cref="RequestFailedException">Status 412: they have changed.</exception>
    public async Task<Aliases> SetTrafficAsync(PipelineName pipeline, Traffic? traffic, ETag? onlyIf = null, CancellationToken cancellation = default)
    {
        if (traffic is not null)
        {
            await CheckAsync(pipeline, traffic, cancellation);
        }

        return await UpdateAsync(pipeline, now => now with { Traffic = traffic?.Beside(now.Champion) }, cancellation, onlyIf);
    }

    /// <summary>Changes the aliases by a function of what they are; called again where another writer was faster.</summary>
    internal Task<Aliases> UpdateAsync(PipelineName pipeline, Func<Aliases, Aliases> change, CancellationToken cancellation, ETag? onlyIf = null) =>
        Document(pipeline).UpdateAsync(now => Task.FromResult(change(now)), onlyIf, cancellation);

    internal DateTimeOffset Now => time.GetUtcNow();

    private async Task CheckAsync(PipelineName pipeline, Traffic traffic, CancellationToken cancellation)
    {
        if (double.IsNaN(traffic.Share) || traffic.Share is < 0 or > 1 || (traffic.Challenger is null && traffic.Share > 0))
        {
            throw new StepRefusedException(Sentence.Of("registry-share"));
        }

        var champion = (await ReadAsync(pipeline, cancellation)).Champion
            ?? throw new StepRefusedException(Sentence.Of("registry-no-champion", ("pipeline", pipeline)));
        var classes = (await models.RequireAsync(pipeline, champion, cancellation)).Classes;
        foreach (var version in (string?[])[traffic.Challenger, traffic.Shadow])
        {
            if (version is not null && !(await models.RequireAsync(pipeline, version, cancellation)).Classes.SequenceEqual(classes, StringComparer.Ordinal))
            {
                throw new StepRefusedException(Sentence.Of("registry-other-classes", ("version", version), ("champion", champion)));
            }
        }
    }

    private Aliases ByHand(Aliases now, string champion, Sentence reason) => now.With(new Release(
        Now, now.History.Count == 0 ? "initial" : now.History.MaxBy(r => r.Period == "initial" ? "" : r.Period, StringComparer.Ordinal)!.Period,
        champion, now.Champion, null, Hand, reason.ToString(), null, reason));

    private SharedDocument<Aliases> Document(PipelineName pipeline) => _documents.GetOrAdd(
        pipeline, name => new SharedDocument<Aliases>(account.Artifacts, $"{name}/models/aliases.json", Aliases.None));

    private static InvalidOperationException NothingBefore(PipelineName pipeline)
    {
        var said = Sentence.Of("steer-nothing-before", ("pipeline", pipeline));
        return new InvalidOperationException(said.ToString(), new SaidException(said));
    }
}
