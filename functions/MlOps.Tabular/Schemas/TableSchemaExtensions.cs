namespace MlOps.Tabular;

/// <summary>What one does with a schema.</summary>
public static class TableSchemaExtensions
{
    /// <summary>Holds a file against the schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="file">Its rows.</param>
    /// <param name="knownIds">Ids of other files that may not come again, with the name of their file; by the text of the id.</param>
    /// <returns>Findings other than those to be ignored, errors first, then in the order of the rules.</returns>
    public static IReadOnlyList<SchemaFinding> Validate(this TableSchema schema, Table file, IReadOnlyDictionary<string, string>? knownIds = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(file);
        using var validation = new SchemaValidation(schema, knownIds);
        validation.Add(file);
        return validation.Finish();
    }
}
