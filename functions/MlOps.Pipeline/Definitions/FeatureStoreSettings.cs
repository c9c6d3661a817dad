using System.Text.Json.Serialization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Definitions;

/// <summary>Where the features of a period are kept for others beside its predictions.</summary>
/// <param name="Offline">Whether as Parquet, by period.</param>
/// <param name="Online">Whether by id, to be looked up one at a time.</param>
/// <param name="Keep">How long a period's features are served online after they were written; <see langword="null"/> for as long as it is among the newest.</param>
public sealed record FeatureStoreSettings(
    bool Offline, bool Online, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TimeSpan? Keep = null)
{
    /// <summary>Reads <c>feature_store</c>; <see langword="null"/> where the definition has none, or neither side is wanted.</summary>
    internal static FeatureStoreSettings? Read(YamlMap map)
    {
        if (map.Map("feature_store") is not { } inner)
        {
            return null;
        }

        var settings = new FeatureStoreSettings(
            inner.Choice("offline", true, ("true", true), ("false", false)),
            inner.Choice("online", false, ("true", true), ("false", false)),
            inner.Has("keep") ? inner.Duration("keep", TimeSpan.Zero) : null);
        if (settings.Keep is not null && !settings.Online)
        {
            inner.Error("keep", Sentence.Of("definition-store-keep"));
        }

        inner.Finish();
        return settings.Offline || settings.Online ? settings : null;
    }

    /// <summary>Adds what is wrong with the settings beside the rest of the definition.</summary>
    internal static void Check(FeatureStoreSettings settings, string? id, YamlMap map)
    {
        if (settings.Online && id is null)
        {
            map.Error("feature_store", Sentence.Of("definition-store-id"));
        }
    }
}
