using System.Globalization;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>Reads <c>sources</c>: the side tables of a pipeline.</summary>
internal static class SourceReader
{
    /// <summary>Folder of the rejected container that no source can be called.</summary>
    private const string Taken = "dead-letter";

    private const string Example = "aggregate: {AMOUNT: [sum, mean]}";

    private static readonly (string Text, AggregateFunction Function)[] Functions =
        [.. Enum.GetValues<AggregateFunction>().Select(f => (f.ToString().ToLowerInvariant(), f))];

    /// <summary>The sources in the order of their names; <see langword="null"/> where the definition has none.</summary>
    public static IReadOnlyList<SourceSettings>? Read(YamlMap map)
    {
        if (map.Map("sources") is not { } inner)
        {
            return null;
        }

        var sources = new List<SourceSettings>();
        foreach (var (name, node) in inner.Entries().ToList())
        {
            if (!PipelineName.TryParse(name, out _) || name == Taken)
            {
                inner.Error(node, Sentence.Of("definition-source-name", ("name", name)));
            }

            if (inner.Map(name) is { } one)
            {
                sources.Add(Source(name, one));
            }
        }

        return sources.Count == 0 ? null : [.. sources.OrderBy(s => s.Name, StringComparer.Ordinal)];
    }

    /// <summary>Adds what is wrong with the sources beside the rest of the definition.</summary>
    public static void Check(IReadOnlyList<SourceSettings> sources, string? id, TimeSettings? time, YamlMap map)
    {
        if (id is null || time is null)
        {
            map.Error("sources", Sentence.Of("definition-source-needs", ("setting", id is null ? "id: COLUMN" : "time: COLUMN")));
        }

        foreach (var twice in sources.SelectMany(s => s.Aggregates).GroupBy(a => a.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            map.Error("sources", Sentence.Of("definition-source-twice", ("column", twice.Key)));
        }
    }

    private static SourceSettings Source(string name, YamlMap one)
    {
        var key = Required(one, "key");
        var windows = one.Texts("windows") ?? ["all"];
        foreach (var wrong in windows.Where(w => SourceWindow.Seconds(w) is null))
        {
            one.Error("windows", Sentence.Of("definition-source-window", ("window", wrong)));
        }

        var source = new SourceSettings
        {
            Name = name,
            Key = key,
            Time = Required(one, "time"),
            Arrival = one.Text("arrival")?.Composed(),
            Dates = one.Choice("dates", DateOrder.YearFirst, ("y/m/d", DateOrder.YearFirst), ("d/m/y", DateOrder.DayFirst), ("m/d/y", DateOrder.MonthFirst)),
            Required = one.Choice("required", false, ("true", true), ("false", false)),
            Categorical = [.. (one.Texts("categorical") ?? []).Select(c => c.Composed())],
            Aggregates = [.. Aggregates(name, key, one, [.. windows.Where(w => SourceWindow.Seconds(w) is not null)])],
        };
        Check(source, one);
        one.Finish();
        return source;
    }

    private static string Required(YamlMap one, string setting)
    {
        var text = one.Text(setting);
        if (string.IsNullOrEmpty(text))
        {
            one.Error(setting, Sentence.Of("definition-source-lacks", ("setting", setting), ("example", Example)));
        }

        return (text ?? "").Composed();
    }

    private static List<SourceAggregate> Aggregates(string source, string key, YamlMap one, IReadOnlyList<string> windows)
    {
        var aggregates = new List<SourceAggregate>();
        if (one.Map("aggregate") is not { } inner)
        {
            one.Error("aggregate", Sentence.Of("definition-source-lacks", ("setting", "aggregate"), ("example", Example)));
            return aggregates;
        }

        foreach (var (column, node) in inner.Entries().ToList())
        {
            var name = column.Composed();
            foreach (var text in inner.Texts(column) ?? [])
            {
                if (Function(text) is not var (function, value))
                {
                    inner.Error(node, Sentence.Of("definition-source-function", ("text", text), ("functions", string.Join(", ", Functions.Select(f => f.Text)))));
                    continue;
                }

                // Rows are counted by their key: bureau_count_30d.
                string[] words = [source, .. name == key && function == AggregateFunction.Count ? [] : new[] { name }, Functions.First(f => f.Function == function).Text, .. value is null ? [] : new[] { value }];
                aggregates.AddRange(windows.Select(w => new SourceAggregate($"{string.Join('_', words)}_{w}", function, name, w, value)));
            }
        }

        inner.Finish();
        return aggregates;
    }

    // A function; of 'share' the value stands behind it.
    private static (AggregateFunction Function, string? Value)? Function(string text)
    {
        if (text.StartsWith("share ", StringComparison.Ordinal) && text[6..].Trim() is { Length: > 0 } value)
        {
            return (AggregateFunction.Share, value);
        }

        foreach (var (name, function) in Functions)
        {
            if (name == text && function != AggregateFunction.Share)
            {
                return (function, null);
            }
        }

        return null;
    }

    private static void Check(SourceSettings source, YamlMap one)
    {
        foreach (var aggregate in source.Aggregates.DistinctBy(a => (a.Column, a.Function)))
        {
            if (aggregate.Column == source.Time || aggregate.Column == source.Arrival)
            {
                one.Error("aggregate", Sentence.Of("definition-source-time", ("column", aggregate.Column)));
            }
            else if (SourceSettings.IsOfNumbers(aggregate.Function) && source.IsText(aggregate.Column))
            {
                one.Error("aggregate", Sentence.Of("definition-source-texts", ("column", aggregate.Column), ("function", aggregate.Function.ToString().ToLowerInvariant())));
            }
            else if (aggregate.Value is { } value && !source.IsText(aggregate.Column) && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                one.Error("aggregate", Sentence.Of("definition-source-share", ("column", aggregate.Column), ("value", value)));
            }
        }
    }
}
