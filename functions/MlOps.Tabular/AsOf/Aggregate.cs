namespace MlOps.Tabular;

/// <summary>What is made of the visible rows of a side table. Missing cells count in none of them.</summary>
public enum AggregateFunction
{
    /// <summary>How many cells hold something; 0 where no row is visible.</summary>
    Count,

    /// <summary>Sum of the numbers, added in the order of the rows.</summary>
    Sum,

    /// <summary>That sum over the count.</summary>
    Mean,

    /// <summary>The least number.</summary>
    Min,

    /// <summary>The greatest number.</summary>
    Max,

    /// <summary>The latest cell that holds something: a number, or a text of a column of texts.</summary>
    Last,

    /// <summary>How many different values there are; 0 where no row is visible.</summary>
    Distinct,

    /// <summary>Share of the cells that hold <see cref="Aggregate.Value"/>, between 0 and 1.</summary>
    Share,
}

/// <summary>One column that a join adds. Where no cell is visible it is missing, but for counts.</summary>
/// <param name="Name">Name of the new column.</param>
/// <param name="Function">What is made of the rows.</param>
/// <param name="Column">Column of the side table.</param>
/// <param name="Window">How far back from the row's time an event may lie, in seconds, that far included; infinite for all.</param>
/// <param name="Value">The value of <see cref="AggregateFunction.Share"/>, as it is written; <see langword="null"/> for the others.</param>
public sealed record Aggregate(string Name, AggregateFunction Function, string Column, double Window = double.PositiveInfinity, string? Value = null);
