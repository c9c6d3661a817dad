using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Every row has an id and no id occurs twice in a file.</summary>
internal static class IdCheck
{
    public static void Check(Table table, string id, int column, FindingList errors)
    {
        var ids = (TextColumn)table[id];
        var first = new int[ids.Categories.Count];
        Array.Fill(first, -1);
        for (var row = 0; row < table.RowCount; row++)
        {
            var code = ids.Codes[row];
            if (code < 0)
            {
                errors.Add(Sentence.Of("missing-id"), id, column, table.LineNumbers[row]);
            }
            else if (first[code] < 0)
            {
                first[code] = row;
            }
            else
            {
                var text = FindingList.Shorten(ids.Categories[code], 60);
                errors.Add(Sentence.Of("duplicate-id", ("id", text!), ("line", table.LineNumbers[first[code]])), id, column, table.LineNumbers[row], text);
            }
        }
    }
}
