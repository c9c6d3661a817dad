using MlOps.Tabular;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>
/// What becomes of a file whose columns are not those of the history; Auto Loader's meanings. A missing id always refuses, and a label may always be absent.
/// </summary>
public enum SchemaPolicy
{
    /// <summary>None was chosen: missing, renamed and retyped columns refuse the file, an added one is told and not used.</summary>
    Unset,

    /// <summary>An added column joins the features from its period on; a missing one, and cells of another type, count as missing. All are told.</summary>
    Add,

    /// <summary>Added columns, and cells of another type, are kept beside the table (<c>rescued.csv</c>) and not used; missing ones count as missing. All are told.</summary>
    Rescue,

    /// <summary>Any difference refuses the file.</summary>
    Fail,

    /// <summary>Added columns are left out; missing ones, and cells of another type, count as missing. All are told.</summary>
    Ignore,
}

/// <summary>The <c>schema</c> part of a definition: <c>schema: rescue</c>, or <c>schema: {policy: rescue, levels: {unseen-category: error}}</c>.</summary>
/// <param name="Policy">What becomes of columns that differ.</param>
/// <param name="Levels">Levels of findings where they differ from the policy's, by the rules of <see cref="SchemaRules"/>.</param>
public sealed record SchemaSettings(SchemaPolicy Policy, IReadOnlyDictionary<string, FindingLevel> Levels)
{
    /// <summary>Nothing said.</summary>
    public static SchemaSettings None { get; } = new(SchemaPolicy.Unset, new SortedDictionary<string, FindingLevel>(StringComparer.Ordinal));

    private static readonly string[] Rules =
    [
        SchemaRules.MissingColumn, SchemaRules.AddedColumn, SchemaRules.RenamedColumn, SchemaRules.RetypedColumn, SchemaRules.ReorderedColumns,
        SchemaRules.OutOfRange, SchemaRules.UnseenCategory, SchemaRules.MissingRate, SchemaRules.MissingValue, SchemaRules.DuplicateRow,
        SchemaRules.DuplicateId, SchemaRules.ConstantColumn, SchemaRules.LeakingColumn,
    ];

    /// <summary>Whether a file with other columns than the history's may be used.</summary>
    internal bool IsLenient => Policy is SchemaPolicy.Add or SchemaPolicy.Rescue or SchemaPolicy.Ignore;

    /// <summary>How much a finding of a rule matters.</summary>
    /// <param name="rule">A constant of <see cref="SchemaRules"/>.</param>
    public FindingLevel LevelOf(string rule) => Levels.TryGetValue(rule, out var level) ? level : rule switch
    {
        SchemaRules.MissingColumn or SchemaRules.RenamedColumn or SchemaRules.RetypedColumn => IsLenient ? FindingLevel.Warning : FindingLevel.Error,
        SchemaRules.AddedColumn => Policy == SchemaPolicy.Fail ? FindingLevel.Error : FindingLevel.Warning,
        SchemaRules.ReorderedColumns => FindingLevel.Ignore,
        _ => FindingLevel.Warning,
    };

    internal static SchemaSettings Read(YamlMap map)
    {
        var policies = new[] { ("add", SchemaPolicy.Add), ("rescue", SchemaPolicy.Rescue), ("fail", SchemaPolicy.Fail), ("ignore", SchemaPolicy.Ignore) };
        if (map.Node("schema") is YamlScalarNode)
        {
            return None with { Policy = map.Choice("schema", SchemaPolicy.Unset, policies) };
        }

        var inner = map.Map("schema");
        if (inner is null)
        {
            return None;
        }

        var policy = inner.Choice("policy", SchemaPolicy.Unset, policies);
        var levels = new SortedDictionary<string, FindingLevel>(StringComparer.Ordinal);
        if (inner.Map("levels") is { } given)
        {
            foreach (var rule in Rules.Where(given.Has))
            {
                levels[rule] = given.Choice(rule, FindingLevel.Warning, ("error", FindingLevel.Error), ("warning", FindingLevel.Warning), ("ignore", FindingLevel.Ignore));
            }

            given.Finish();
        }

        inner.Finish();
        return new SchemaSettings(policy, levels);
    }
}
