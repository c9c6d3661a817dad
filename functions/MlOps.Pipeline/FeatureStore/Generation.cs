using System.Text.Json.Serialization;
using MlOps.Storage;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>The rows of one period's feature file in the table, under keys that begin with a hash of it. They never change; they are there or they are not.</summary>
/// <param name="Period">The period.</param>
/// <param name="Sha256">SHA-256 of the feature file.</param>
/// <param name="Revision">Revision of the period's publication.</param>
/// <param name="Rows">Rows.</param>
/// <param name="WrittenAt">When they were complete.</param>
/// <param name="ExpiresAt">Until when they are served.</param>
public sealed record Generation(
    string Period, string Sha256, int Revision, long Rows, DateTimeOffset WrittenAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ExpiresAt = null)
{
    /// <summary>What its keys begin with. The revision is part of it: bytes that come back after others are other rows, while those of before may still be going.</summary>
    [JsonIgnore]
    public string Mark => ContentHash.OfJson(new object[] { Period, Revision, Sha256 })[..24];
}

/// <summary>
/// What is online: the one row that readers follow. It changes from one whole state to the next, so that a reader sees a period's features as they were
/// before or as they are after, never some of each.
/// </summary>
/// <param name="Generations">The newest period first.</param>
public sealed record OnlinePointer(IReadOnlyList<Generation> Generations)
{
    /// <summary>Most periods that are online at a time; each lookup of an unknown id asks every one.</summary>
    internal const int PeriodsMax = 24;

    /// <summary>The pointer with another generation in it, those that have expired or are too many left out.</summary>
    /// <returns>The same where a later revision of the period is there already.</returns>
    public OnlinePointer With(Generation added, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(added);
        var there = Generations.FirstOrDefault(g => g.Period == added.Period);
        return there is not null && there.Revision > added.Revision
            ? this
            : new OnlinePointer([.. Generations.Where(g => g.Period != added.Period).Append(added).Where(g => !g.Expired(now)).OrderByDescending(g => g.Period, StringComparer.Ordinal).Take(PeriodsMax)]);
    }
}

/// <summary>When a generation is over.</summary>
internal static class GenerationAge
{
    public static bool Expired(this Generation generation, DateTimeOffset now) => generation.ExpiresAt is { } end && end <= now;
}
