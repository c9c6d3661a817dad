using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Holds a header against the definition and, for a period, against the history's schema.</summary>
internal static class HeaderCheck
{
    // More columns than any table that people make; a binary or a one-line file often looks like this.
    public const int MaxColumns = 20_000;

    /// <summary>The columns of the file that the pipeline uses, by role; findings for what is missing, doubled or new.</summary>
    public static IReadOnlyList<(string Name, ColumnRole Role)> Check(
        IReadOnlyList<string> header, PipelineDefinition definition, FileSchema? history, FindingList errors, FindingList warnings)
    {
        Doubled(header, errors);
        var used = history is null ? FromDefinition(header, definition, errors) : FromHistory(header, definition, history, errors, warnings);
        if (used.Count > 0 && used.All(u => u.Role != ColumnRole.Feature))
        {
            errors.Add("no-features", "No column is left as a feature after id, label and excluded columns.");
        }

        return used;
    }

    private static void Doubled(IReadOnlyList<string> header, FindingList errors)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
        {
            if (header[i].Length > 0 && !first.TryAdd(header[i], i))
            {
                errors.Add(
                    "duplicate-column", $"Column '{Show(header[i])}' stands in the header twice, as columns {first[header[i]] + 1} and {i + 1}. Rename or remove one.",
                    header[i], i + 1, 1);
            }
        }
    }

    private static List<(string Name, ColumnRole Role)> FromDefinition(IReadOnlyList<string> header, PipelineDefinition definition, FindingList errors)
    {
        Require(header, definition.Label, "the definition's label", errors);
        if (definition.Id is { } id)
        {
            Require(header, id, "the definition's id", errors);
        }

        foreach (var name in definition.Features ?? [])
        {
            Require(header, name, "a feature of the definition", errors);
        }

        foreach (var name in definition.Categorical)
        {
            Require(header, name, "a categorical column of the definition", errors);
        }

        foreach (var name in definition.GroupColumns)
        {
            Require(header, name, "a group of the definition", errors);
        }

        if (definition.Split.Group is { } group)
        {
            Require(header, group, "the definition's group", errors);
        }

        foreach (var name in definition.Csv.Columns?.Keys ?? [])
        {
            Require(header, name, "a column under 'csv' of the definition", errors);
        }

        var used = new List<(string Name, ColumnRole Role)>();
        foreach (var name in header.Distinct(StringComparer.Ordinal))
        {
            if (Role(name, definition) is { } role)
            {
                used.Add((name, role));
            }
        }

        return used;
    }

    private static List<(string Name, ColumnRole Role)> FromHistory(
        IReadOnlyList<string> header, PipelineDefinition definition, FileSchema history, FindingList errors, FindingList warnings)
    {
        var present = header.ToHashSet(StringComparer.Ordinal);
        var fresh = Added(header, definition, history);
        var used = new List<(string Name, ColumnRole Role)>();
        foreach (var column in history.Columns)
        {
            if (present.Contains(column.Name))
            {
                used.Add((column.Name, column.Role));
            }
            else if (column.Role == ColumnRole.Group)
            {
                // Rows that are only predicted need no group.
                if (present.Contains(definition.Label))
                {
                    Require(header, column.Name, "the definition's group", errors);
                }
            }
            else if (column.Role != ColumnRole.Label)
            {
                Missing(column, fresh, definition, errors, warnings);
            }
        }

        var adds = definition.Schema.Policy == SchemaPolicy.Add;
        foreach (var name in fresh)
        {
            var outcome = definition.Schema.Policy switch
            {
                SchemaPolicy.Add => "joins the features from this period on",
                SchemaPolicy.Rescue => "is kept in rescued.csv and not used",
                _ => "is not used",
            };
            Report(
                definition, SchemaRules.AddedColumn, "unexpected-column", $"Column '{Show(name)}' is not in initial.csv and {outcome}.", name, IndexOf(header, name) + 1, errors, warnings);
            if (adds)
            {
                used.Add((name, ColumnRole.Feature));
            }
        }

        var names = NamesOf(history);
        var known = header.Where(names.Contains).ToList();
        if (!known.SequenceEqual(history.Columns.Select(c => c.Name).Where(present.Contains), StringComparer.Ordinal))
        {
            Report(
                definition, SchemaRules.ReorderedColumns, SchemaRules.ReorderedColumns,
                "The columns stand in another order than in initial.csv. They are found by name, so nothing is shifted.", null, 0, errors, warnings);
        }

        return used;
    }

    /// <summary>Columns that the history does not know and the definition does not leave out.</summary>
    public static IReadOnlyList<string> Added(IReadOnlyList<string> header, PipelineDefinition definition, FileSchema history)
    {
        var names = NamesOf(history);
        return [.. header.Where(h => h.Length > 0 && !names.Contains(h) && !Ignored(h, definition)).Distinct(StringComparer.Ordinal)];
    }

    private static HashSet<string> NamesOf(FileSchema history) => history.Columns.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);

    private static void Missing(SchemaColumn column, IReadOnlyList<string> fresh, PipelineDefinition definition, FindingList errors, FindingList warnings)
    {
        var renamed = NearestName.Find(column.Name, fresh);
        var hint = renamed is null ? "Add it, or leave it out of the definition." : $"Was it renamed to '{Show(renamed)}'?{Lookalikes.Explain(renamed, [column.Name])}";
        var rule = renamed is null ? SchemaRules.MissingColumn : SchemaRules.RenamedColumn;
        if (column.Role == ColumnRole.Id)
        {
            errors.Add(SchemaRules.MissingColumn, $"Column '{Show(column.Name)}' of initial.csv, the rows' id, is missing. {hint}", column.Name, 0, 1);
            return;
        }

        if (column.Role == ColumnRole.Group)
        {
            warnings.Add(SchemaRules.MissingColumn, $"Column '{Show(column.Name)}' of initial.csv is missing: nothing can be said of its groups in this period. {hint}", column.Name, 0, 1);
            return;
        }

        var outcome = definition.Schema.LevelOf(rule) == FindingLevel.Error ? "" : ", and counts as missing in every row";
        Report(definition, rule, SchemaRules.MissingColumn, $"Column '{Show(column.Name)}' of initial.csv is missing{outcome}. {hint}", column.Name, 0, errors, warnings);
    }

    /// <summary>Reports at the rule's level; without a policy under the older name.</summary>
    private static void Report(
        PipelineDefinition definition, string rule, string unsetName, string message, string? column, int place, FindingList errors, FindingList warnings)
    {
        var level = definition.Schema.LevelOf(rule);
        if (level != FindingLevel.Ignore)
        {
            (level == FindingLevel.Error ? errors : warnings).Add(
                definition.Schema.Policy == SchemaPolicy.Unset ? unsetName : rule, message, column, place, 1);
        }
    }

    private static void Require(IReadOnlyList<string> header, string name, string what, FindingList errors)
    {
        if (header.Contains(name, StringComparer.Ordinal))
        {
            return;
        }

        var nearest = NearestName.Find(name, header.Distinct(StringComparer.Ordinal));
        var hint = nearest is null
            ? $"The header has: {string.Join(", ", header.Take(10).Select(Show))}{(header.Count > 10 ? ", …" : "")}."
            : $"Did you mean '{Show(nearest)}'?{Lookalikes.Explain(nearest, [name])}";
        errors.Add("missing-column", $"Column '{Show(name)}', {what}, is missing. {hint}", name, 0, 1);
    }

    private static ColumnRole? Role(string name, PipelineDefinition definition) =>
        name.Length == 0 ? null
        : name == definition.Label ? ColumnRole.Label
        : name == definition.Id ? ColumnRole.Id
        : definition.GroupColumns.Contains(name, StringComparer.Ordinal) ? ColumnRole.Group
        : name == definition.Split.Group && definition.Features?.Contains(name, StringComparer.Ordinal) != true ? ColumnRole.Group
        : Ignored(name, definition) ? null
        : definition.Features is null || definition.Features.Contains(name, StringComparer.Ordinal) ? ColumnRole.Feature
        : null;

    private static bool Ignored(string name, PipelineDefinition definition) =>
        definition.Exclude.Contains(name, StringComparer.Ordinal)
        || (definition.Features is { } features && !features.Contains(name, StringComparer.Ordinal));

    private static int IndexOf(IReadOnlyList<string> header, string name)
    {
        for (var i = 0; i < header.Count; i++)
        {
            if (header[i] == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static string Show(string name) => FindingList.Shorten(name, 60)!;
}
