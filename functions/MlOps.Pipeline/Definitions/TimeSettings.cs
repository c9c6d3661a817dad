using MlOps.Pipeline.Wording;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>How much time of a history is one period.</summary>
public enum TimeUnit
{
    /// <summary>Of dates the longest of month, week and day that makes enough periods; of anything else each value, or as many rows as others where there are many values.</summary>
    Auto,

    /// <summary>A day.</summary>
    Day,

    /// <summary>A week, from Monday on.</summary>
    Week,

    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A quarter of a year.</summary>
    Quarter,

    /// <summary>A year.</summary>
    Year,

    /// <summary>Each value of the column.</summary>
    Value,
}

/// <summary>The column that says of when a row of the history is.</summary>
/// <param name="Column">Name of the column; a feature only where <c>features</c> names it.</param>
/// <param name="Unit">How much of it is one period.</param>
public sealed record TimeSettings(string Column, TimeUnit Unit = TimeUnit.Auto)
{
    private static readonly (string, TimeUnit)[] Units =
    [
        ("auto", TimeUnit.Auto), ("day", TimeUnit.Day), ("week", TimeUnit.Week), ("month", TimeUnit.Month), ("quarter", TimeUnit.Quarter), ("year", TimeUnit.Year), ("value", TimeUnit.Value),
    ];

    internal static TimeSettings? Read(YamlMap map)
    {
        if (map.Node("time") is null or YamlScalarNode)
        {
            return map.Text("time") is { Length: > 0 } name ? new TimeSettings(name) : null;
        }

        if (map.Map("time") is not { } inner)
        {
            return null;
        }

        var column = inner.Text("column");
        var settings = new TimeSettings(column ?? "", inner.Choice("period", TimeUnit.Auto, Units));
        if (string.IsNullOrEmpty(column))
        {
            map.Error("time", Sentence.Of("definition-time", ("setting", "time: {column: DATE, period: month}")));
        }

        inner.Finish();
        return string.IsNullOrEmpty(column) ? null : settings;
    }
}
