using System.Globalization;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// A text in a column of numbers. In a period the history's schema says which columns are numbers; in the history itself a
/// column counts as numbers when nearly all of its cells are, and the few others are reported.
/// </summary>
internal static class MixedColumnCheck
{
    private const double NearlyAll = 0.95;
    private const int FewestCells = 20;

    public static void Check(Table table, IReadOnlyList<string> numbersExpectedIn, Func<string, int> columnOf, FindingList errors)
    {
        foreach (var name in numbersExpectedIn)
        {
            if (table.Find(name) is TextColumn text)
            {
                Check(table, text, columnOf(name), errors);
            }
        }
    }

    private static void Check(Table table, TextColumn text, int column, FindingList errors)
    {
        var isNumber = text.Categories.Select(IsNumber).ToArray();
        long numbers = 0, others = 0;
        foreach (var code in text.Codes)
        {
            if (code >= 0)
            {
                (numbers, others) = isNumber[code] ? (numbers + 1, others) : (numbers, others + 1);
            }
        }

        if (numbers + others < FewestCells || others == 0 || numbers < (numbers + others) * NearlyAll)
        {
            return;
        }

        for (var row = 0; row < table.RowCount; row++)
        {
            if (text.Codes[row] is var code and >= 0 && !isNumber[code])
            {
                var cell = FindingList.Shorten(text.Categories[code], 60);
                errors.Add(Sentence.Of("text-in-number", ("cell", cell!), ("numbers", numbers), ("cells", numbers + others)), text.Name, column, table.LineNumbers[row], cell);
            }
        }
    }

    private static bool IsNumber(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
