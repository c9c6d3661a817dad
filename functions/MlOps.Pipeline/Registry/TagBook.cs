using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>What people have written on a run or a model, to find it again.</summary>
/// <param name="Kind"><see cref="TagBook.Run"/> or <see cref="TagBook.Model"/>.</param>
/// <param name="Id">Id of the run, or version of the model.</param>
/// <param name="Tags">Tags, in order.</param>
/// <param name="Note">A note in one line.</param>
/// <param name="Who">Who wrote them last.</param>
/// <param name="At">When.</param>
public sealed record Tagging(
    string Kind, string Id, IReadOnlyList<string> Tags, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note, string Who, DateTimeOffset At);

/// <summary>Tags and notes of a pipeline's runs and models: <c>artifacts/{pipeline}/tags.json</c>, changed only under If-Match.</summary>
/// <param name="account">The account.</param>
/// <param name="time">Clock.</param>
public sealed partial class TagBook(StorageAccount account, TimeProvider time)
{
    /// <summary>A run.</summary>
    public const string Run = "run";

    /// <summary>A model.</summary>
    public const string Model = "model";

    /// <summary>Tags on one thing at most.</summary>
    public const int TagsMax = 20;

    /// <summary>Everything that is tagged or noted, by id.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="kind"><see cref="Run"/> or <see cref="Model"/>.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyDictionary<string, Tagging>> ReadAsync(PipelineName pipeline, string kind, CancellationToken cancellation = default) =>
        (await Document(pipeline).ReadAsync(cancellation)).Value.Where(t => t.Kind == kind).ToDictionary(t => t.Id, StringComparer.Ordinal);

    /// <summary>Writes tags and note of a run or a model in place of those that it had; the same ones given twice stay as they were.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="kind"><see cref="Run"/> or <see cref="Model"/>.</param>
    /// <param name="id">Id or version; that it exists is for the caller to know.</param>
    /// <param name="tags">Tags: letters, digits and <c>. _ -</c>, 40 at most each.</param>
    /// <param name="note">A note in one line; <see langword="null"/> or empty for none.</param>
    /// <param name="who">Who writes.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="StepRefusedException">A tag or the note breaks its rule.</exception>
    public async Task<Tagging> SetAsync(
        PipelineName pipeline, string kind, string id, IEnumerable<string> tags, string? note, string who, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        string[] ordered = [.. tags.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (ProblemOf(ordered, note) is { } problem)
        {
            throw new StepRefusedException(problem);
        }

        var now = new Tagging(kind, id, ordered, string.IsNullOrWhiteSpace(note) ? null : note, who, time.GetUtcNow());
        var after = await Document(pipeline).UpdateAsync(before => Enter(before, now), cancellation);
        return after.LastOrDefault(t => t.Kind == kind && t.Id == id) ?? now;
    }

    /// <summary>What is wrong with tags or a note; <see langword="null"/> where nothing is.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="note">The note.</param>
    public static Sentence? ProblemOf(IReadOnlyList<string> tags, string? note)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Count > TagsMax ? Sentence.Of("tags-many", ("most", TagsMax))
            : tags.FirstOrDefault(t => t is null || !Form().IsMatch(t)) is { } bad ? Sentence.Of("tag-form", ("tag", bad.Length > 60 ? bad[..60] : bad))
            : note is null ? null : GivenReason.ProblemOfForm(note);
    }

    private static IReadOnlyList<Tagging> Enter(IReadOnlyList<Tagging> before, Tagging now)
    {
        var old = before.FirstOrDefault(t => t.Kind == now.Kind && t.Id == now.Id);
        var isEmpty = now.Tags.Count == 0 && now.Note is null;
        if (old is null ? isEmpty : old.Tags.SequenceEqual(now.Tags) && old.Note == now.Note)
        {
            return before;
        }

        return [.. before.Where(t => t != old), .. isEmpty ? (IEnumerable<Tagging>)[] : [now]];
    }

    [GeneratedRegex("^[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,39}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    private SharedDocument<IReadOnlyList<Tagging>> Document(PipelineName pipeline) => new(account.Artifacts, $"{pipeline}/tags.json", []);
}
