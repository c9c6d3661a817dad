using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
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
        Unnamed(header, warnings);
        var used = history is null ? FromDefinition(header, definition, errors) : FromHistory(header, definition, history, errors, warnings);
        if (used.Count > 0 && used.All(u => u.Role != ColumnRole.Feature))
        {
            errors.Add(Sentence.Of("no-features"));
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
                    Sentence.Of("duplicate-column", ("column", Show(header[i])), ("first", first[header[i]] + 1), ("second", i + 1)), header[i], i + 1, 1);
            }
        }
    }

    // Behind the last name nothing but a delimiter too many is usual.
    private static void Unnamed(IReadOnlyList<string> header, FindingList warnings)
    {
        for (var i = 0; i < header.Count - 1; i++)
        {
            if (header[i].Length == 0)
            {
                warnings.Add(Sentence.Of("unnamed-column", ("place", i + 1)), null, i + 1, 1);
            }
        }
    }

    private static List<(string Name, ColumnRole Role)> FromDefinition(IReadOnlyList<string> header, PipelineDefinition definition, FindingList errors)
    {
        Require(header, definition.Label, Sentence.Of("column-of-label"), errors);
        if (definition.Id is { } id)
        {
            Require(header, id, Sentence.Of("column-of-id"), errors);
        }

        foreach (var name in definition.Features ?? [])
        {
            Require(header, name, Sentence.Of("column-of-features"), errors);
        }

        foreach (var name in definition.Categorical)
        {
            Require(header, name, Sentence.Of("column-of-categorical"), errors);
        }

        foreach (var name in definition.GroupColumns)
        {
            Require(header, name, Sentence.Of("column-of-groups"), errors);
        }

        if (definition.Split.Group is { } group)
        {
            Require(header, group, Sentence.Of("column-of-split"), errors);
        }

        if (definition.Time is { } time)
        {
            Require(header, time.Column, Sentence.Of("column-of-time"), errors);
        }

        foreach (var name in definition.Csv.Columns?.Keys ?? [])
        {
            Require(header, name, Sentence.Of("column-of-csv"), errors);
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
                    Require(header, column.Name, Sentence.Of("column-of-split"), errors);
                }
            }
            else if (column.Role is not (ColumnRole.Label or ColumnRole.Time))
            {
                // Rows of a later file are of the file's own period.
                Missing(column, fresh, definition, errors, warnings);
            }
        }

        var adds = definition.Schema.Policy == SchemaPolicy.Add;
        foreach (var name in fresh)
        {
            var outcome = definition.Schema.Policy switch
            {
                SchemaPolicy.Add => Sentence.Of("added-joins"),
                SchemaPolicy.Rescue => Sentence.Of("added-rescued"),
                _ => Sentence.Of("added-unused"),
            };
            Report(
                definition, SchemaRules.AddedColumn, "unexpected-column", Sentence.Of("unexpected-column", ("column", Show(name)), ("outcome", outcome)), name, IndexOf(header, name) + 1, errors, warnings);
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
                Sentence.Of("reordered-columns"), null, 0, errors, warnings);
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
        var hint = renamed is null
            ? Sentence.Of("hint-add-column")
            : Sentence.Of("hint-renamed", ("column", Show(renamed)), ("like", Lookalikes.Explain(renamed, [column.Name])));
        var rule = renamed is null ? SchemaRules.MissingColumn : SchemaRules.RenamedColumn;
        if (column.Role == ColumnRole.Id)
        {
            errors.Add(Sentence.Of("missing-id-column", ("column", Show(column.Name)), ("hint", hint)), column.Name, 0, 1, code: SchemaRules.MissingColumn);
            return;
        }

        if (column.Role == ColumnRole.Group)
        {
            warnings.Add(Sentence.Of("missing-group-column", ("column", Show(column.Name)), ("hint", hint)), column.Name, 0, 1, code: SchemaRules.MissingColumn);
            return;
        }

        object outcome = definition.Schema.LevelOf(rule) == FindingLevel.Error ? "" : Sentence.Of("counts-as-missing");
        Report(
            definition, rule, SchemaRules.MissingColumn, Sentence.Of("missing-history-column", ("column", Show(column.Name)), ("outcome", outcome), ("hint", hint)), column.Name, 0, errors, warnings);
    }

    /// <summary>Reports at the rule's level; without a policy under the older name.</summary>
    private static void Report(
        PipelineDefinition definition, string rule, string unsetName, Sentence message, string? column, int place, FindingList errors, FindingList warnings)
    {
        var level = definition.Schema.LevelOf(rule);
        if (level != FindingLevel.Ignore)
        {
            (level == FindingLevel.Error ? errors : warnings).Add(
                message, column, place, 1, code: definition.Schema.Policy == SchemaPolicy.Unset ? unsetName : rule);
        }
    }

    private static void Require(IReadOnlyList<string> header, string name, Sentence what, FindingList errors)
    {
        if (header.Contains(name, StringComparer.Ordinal))
        {
            return;
        }

        var nearest = NearestName.Find(name, header.Distinct(StringComparer.Ordinal));
        var hint = nearest is null
            ? Sentence.Of("hint-header", ("columns", $"{string.Join(", ", header.Take(10).Select(Show))}{(header.Count > 10 ? ", …" : "")}"))
            : Sentence.Of("hint-meant", ("column", Show(nearest)), ("like", Lookalikes.Explain(nearest, [name])));
        errors.Add(Sentence.Of("missing-column", ("column", Show(name)), ("what", what), ("hint", hint)), name, 0, 1);
    }

    private static ColumnRole? Role(string name, PipelineDefinition definition) =>
        name.Length == 0 ? null
        : name == definition.Label ? ColumnRole.Label
        : name == definition.Id ? ColumnRole.Id
        : definition.GroupColumns.Contains(name, StringComparer.Ordinal) ? ColumnRole.Group
        : name == definition.Split.Group && definition.Features?.Contains(name, StringComparer.Ordinal) != true ? ColumnRole.Group
        : definition.TimeIsNoFeature && name == definition.Time!.Column ? ColumnRole.Time
        : Ignored(name, definition) ? null
        : definition.Features is null || definition.Features.Contains(name, StringComparer.Ordinal) ? ColumnRole.Feature
        : null;

    private static bool Ignored(string name, PipelineDefinition definition) =>
        (definition.TimeIsNoFeature && name == definition.Time!.Column)
        || definition.Exclude.Contains(name, StringComparer.Ordinal)
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
