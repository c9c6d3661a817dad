using System.Text.Json.Serialization;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>A column that a side table adds to the main one.</summary>
/// <param name="Name">Its name: source, column, function, the value of a share, and window.</param>
/// <param name="Function">What is made of the side rows.</param>
/// <param name="Column">Column of the side table.</param>
/// <param name="Window">How far back events count, as it is written: <c>30d</c>, <c>12h</c>, <c>all</c>.</param>
/// <param name="Value">The value whose share it is; <see langword="null"/> for the other functions.</param>
public sealed record SourceAggregate(string Name, AggregateFunction Function, string Column, string Window, string? Value = null)
{
    /// <summary>The same for the join.</summary>
    internal Aggregate ToAggregate() => new(Name, Function, Column, SourceWindow.Seconds(Window)!.Value, Value);
}

/// <summary>A side table: further files of the pipeline, <c>input/{pipeline}/{source}/initial.csv</c> and <c>yyyyMMdd.csv</c>, joined as of the time of each row.</summary>
public sealed record SourceSettings
{
    /// <summary>Name of the source, which is the folder of its files and begins the names of its columns.</summary>
    public required string Name { get; init; }

    /// <summary>Column that holds the ids of the main table.</summary>
    public required string Key { get; init; }

    /// <summary>Column that says when what a row tells of took place.</summary>
    public required string Time { get; init; }

    /// <summary>Column that says from when on a row was known; <see langword="null"/> where the day of its file does.</summary>
    public string? Arrival { get; init; }

    /// <summary>In which order the dates are written.</summary>
    public DateOrder Dates { get; init; } = DateOrder.YearFirst;

    /// <summary>Whether a period waits for the source's file of its day, and the first periods for its <c>initial.csv</c>.</summary>
    public bool Required { get; init; }

    /// <summary>Columns that are texts although they are written as numbers.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>The columns that it adds, in order.</summary>
    public required IReadOnlyList<SourceAggregate> Aggregates { get; init; }

    /// <summary>Columns of the side table that are aggregated, in order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Columns => [.. Aggregates.Select(a => a.Column).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Whether a column holds texts: one that is said to, one of which shares are taken, and one that is only counted. So it does not depend on what
    /// a file happens to hold.
    /// </summary>
    /// <param name="column">A column of <see cref="Columns"/>.</param>
    public bool IsText(string column) =>
        column == Key
        || Categorical.Contains(column, StringComparer.Ordinal)
        || (!Aggregates.Any(a => a.Column == column && IsOfNumbers(a.Function))
            && Aggregates.Any(a => a.Column == column && a.Function != AggregateFunction.Last));

    internal static bool IsOfNumbers(AggregateFunction function) =>
        function is AggregateFunction.Sum or AggregateFunction.Mean or AggregateFunction.Min or AggregateFunction.Max;
}
