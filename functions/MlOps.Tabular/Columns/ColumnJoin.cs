namespace MlOps.Tabular;

/// <summary>Joins the chunks of a column, in file order.</summary>
internal static class ColumnJoin
{
    public static Column Join(ColumnPlan plan, ColumnChunk[] chunks, int rows, bool inferBooleansAndDates)
    {
        if (!Array.Exists(chunks, c => c is TextChunk))
        {
            return new NumberColumn(plan.Name, Array.ConvertAll(chunks, c => ((NumberChunk)c).WithoutForms()), rows);
        }

        var text = JoinTexts(plan.Name, chunks, rows);
        return plan.Declared switch
        {
            ColumnKind.Boolean or ColumnKind.Date => KindInference.Declared(text, plan.Declared.Value, plan.Dates),
            null when inferBooleansAndDates => KindInference.Refine(text),
            _ => text,
        };
    }

    /// <summary>A column of one chunk, with arrays of its own.</summary>
    public static Column Own(string name, ColumnChunk chunk)
    {
        if (chunk is TextChunk text)
        {
            var codes = new int[text.RowCount];
            text.CopyTo(codes, [.. Enumerable.Range(0, text.Categories.Length)]);
            return TextColumn.FromKnown(name, codes, text.Categories);
        }

        var values = new double[chunk.RowCount];
        ((NumberChunk)chunk).CopyTo(values);
        return new NumberColumn(name, values);
    }

    private static TextColumn JoinTexts(string name, ColumnChunk[] chunks, int rows)
    {
        var codes = new int[rows];
        // Where most texts are different, as ids are, a dictionary that grew would for a moment take twice its room.
        var distinct = chunks.OfType<TextChunk>().Sum(c => c.Categories.Length);
        var room = distinct > rows / 2 ? distinct : 0;
        var categories = new List<string>(room);
        var lookup = new Dictionary<string, int>(room, StringComparer.Ordinal);
        var at = 0;
        foreach (var chunk in chunks)
        {
            if (chunk is TextChunk texts)
            {
                texts.CopyTo(codes.AsSpan(at), Array.ConvertAll(texts.Categories, Code));
                at += texts.RowCount;
            }
            else
            {
                foreach (var text in ((NumberChunk)chunk).Texts())
                {
                    codes[at++] = text is null ? -1 : Code(text);
                }
            }
        }

        return TextColumn.FromKnown(name, codes, [.. categories]);

        int Code(string text)
        {
            if (!lookup.TryGetValue(text, out var code))
            {
                code = categories.Count;
                categories.Add(text);
                lookup.Add(text, code);
            }

            return code;
        }
    }
}
