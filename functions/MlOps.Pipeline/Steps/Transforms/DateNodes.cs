using MlOps.Learning.Onnx;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>
/// The parts of a date of <see cref="DateFeatures"/> as nodes of an ONNX graph. Years are counted from March, so that a leap day is the last of its year
/// and months have the lengths of a line (Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
/// </summary>
internal static class DateNodes
{
    private const double DaysToEpoch = 719_468;
    private const double DaysOfEra = 146_097;

    /// <summary>Adds the nodes.</summary>
    /// <param name="graph">Graph.</param>
    /// <param name="seconds">Value of the seconds since 1970.</param>
    /// <param name="count">How many parts.</param>
    /// <param name="fill">Replaces what was made of missing times.</param>
    /// <returns>Value of the parts, row by row.</returns>
    public static string AddTo(OnnxGraph graph, string seconds, int count, Func<string, string> fill)
    {
        var days = graph.Quotient(seconds, 86_400);
        var shifted = graph.Plus(days, DaysToEpoch);
        var era = graph.Quotient(shifted, DaysOfEra);
        var dayOfEra = graph.Remainder(shifted, DaysOfEra);
        var leapDays = graph.Add("Sub", graph.Add("Sub", graph.Quotient(dayOfEra, 36_524), graph.Quotient(dayOfEra, 1_460)), graph.Quotient(dayOfEra, 146_096));
        var yearOfEra = graph.Quotient(graph.Add("Add", dayOfEra, leapDays), 365);
        var daysBefore = graph.Add("Sub", graph.Add("Add", graph.Times(yearOfEra, 365), graph.Quotient(yearOfEra, 4)), graph.Quotient(yearOfEra, 100));
        var dayOfYear = graph.Add("Sub", dayOfEra, daysBefore);
        var monthFromMarch = graph.Quotient(graph.Plus(graph.Times(dayOfYear, 5), 2), 153);
        var day = graph.Plus(graph.Add("Sub", dayOfYear, graph.Quotient(graph.Plus(graph.Times(monthFromMarch, 153), 2), 5)), 1);
        var isNextYear = graph.Quotient(monthFromMarch, 10);
        var month = graph.Plus(graph.Add("Sub", monthFromMarch, graph.Times(isNextYear, 12)), 3);
        var year = graph.Add("Add", graph.Add("Add", yearOfEra, graph.Times(era, 400)), isNextYear);
        // 1970 began on a Thursday, and Monday is 1.
        var weekday = graph.Plus(graph.Remainder(graph.Plus(days, 3), 7), 1);
        var minutes = graph.Quotient(graph.Remainder(seconds, 86_400), 60);
        var hour = graph.Add("Add", graph.Quotient(minutes, 60), graph.Add("Div", graph.Remainder(minutes, 60), graph.Constant(60)));
        return graph.AddWith("Concat", [OnnxGraph.Attribute("axis", 1)], [.. new[] { year, month, day, weekday, days, hour }.Take(count).Select(fill)]);
    }

    // Whole numbers below 2^53 divide without an error that a floor could see.
    private static string Quotient(this OnnxGraph graph, string value, double by) => graph.Add("Floor", graph.Add("Div", value, graph.Constant(by)));

    private static string Remainder(this OnnxGraph graph, string value, double by) => graph.Add("Sub", value, graph.Times(graph.Quotient(value, by), by));

    private static string Times(this OnnxGraph graph, string value, double by) => graph.Add("Mul", value, graph.Constant(by));

    private static string Plus(this OnnxGraph graph, string value, double more) => graph.Add("Add", value, graph.Constant(more));
}
