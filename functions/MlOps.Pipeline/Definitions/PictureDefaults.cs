using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>What a definition of <c>kind: image</c> means where it says nothing else.</summary>
internal static class PictureDefaults
{
    /// <summary>Column of <c>labels.csv</c> that names the pictures.</summary>
    public const string Id = "file";

    /// <summary>Column of <c>labels.csv</c> with the labels.</summary>
    public const string Label = "label";

    private const string LogisticRegression = "logistic_regression";

    /// <summary>Fills in what was not said, and refuses what pictures do not have.</summary>
    public static PipelineDefinition Of(PipelineDefinition definition, YamlMap map)
    {
        foreach (var key in ((string[])["categorical", "time"]).Where(map.Has))
        {
            map.Error(key, Sentence.Of("definition-no-pictures", ("key", key)));
        }

        // On few pictures a straight line through what the network sees is often the best learner; of numbers there is none.
        var learners = map.Has("models") || definition.Task == TaskKind.Regression
            ? definition.Models
            : LearnerSettings.Default with { Compare = [LogisticRegression], Promote = [LearnerSettings.Boosting, LogisticRegression] };

        // What a network sees may tell two classes apart by one number: that gives nothing away, it is the job.
        var levels = new SortedDictionary<string, FindingLevel>(definition.Schema.Levels.ToDictionary(), StringComparer.Ordinal);
        foreach (var rule in (string[])[SchemaRules.LeakingColumn, SchemaRules.ConstantColumn, SchemaRules.OutOfRange])
        {
            levels.TryAdd(rule, FindingLevel.Ignore);
        }

        return definition with { Models = learners, Schema = definition.Schema with { Levels = levels } };
    }
}
