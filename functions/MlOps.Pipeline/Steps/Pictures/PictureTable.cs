using MlOps.Learning.Images;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>Pictures as a table: the same columns in a drop and in a request.</summary>
internal static class PictureTable
{
    /// <summary>Writes the header.</summary>
    /// <param name="table">The table.</param>
    /// <param name="definition">Names of the id and the label.</param>
    /// <param name="labelled">Whether there are labels.</param>
    public static void WriteHeader(CsvWriter table, PipelineDefinition definition, bool labelled)
    {
        table.WriteAsIs(definition.Id!);
        if (labelled)
        {
            table.WriteAsIs(definition.Label);
        }

        WriteHeader(table);
    }

    /// <summary>Writes the rest of the header, which is the whole of it where a picture has neither name nor label.</summary>
    public static void WriteHeader(CsvWriter table)
    {
        foreach (var column in PictureFacts.Columns)
        {
            table.WriteAsIs(column);
        }

        table.EndRecord();
    }

    /// <summary>Writes a picture.</summary>
    /// <param name="table">The table.</param>
    /// <param name="name">Its name.</param>
    /// <param name="label">Its label; <see langword="null"/> where the table has none.</param>
    /// <param name="facts">What is known of it.</param>
    public static void WriteRow(CsvWriter table, string name, string? label, PictureFacts facts)
    {
        table.WriteAsIs(name);
        if (label is not null)
        {
            table.WriteAsIs(label);
        }

        WriteFacts(table, facts);
    }

    /// <summary>Writes the rest of a picture's row.</summary>
    public static void WriteFacts(CsvWriter table, PictureFacts facts)
    {
        foreach (var value in facts.Values)
        {
            table.Write(value);
        }

        table.EndRecord();
    }
}
