namespace MlOps.Tabular;

/// <summary>Gathers findings, each at the level that the schema gives its rule.</summary>
internal sealed class FindingCollector(TableSchema schema)
{
    private readonly List<SchemaFinding> _findings = [];

    public void Add(string rule, string? column, long line, long count, Remark remark) => Add(rule, column, line, count, remark.ToString(), remark);

    public void Add(string rule, string? column, long line, long count, string message, Remark? remark = null)
    {
        var level = schema.Levels.TryGetValue(rule, out var own) ? own : SchemaRules.DefaultLevel(rule);
        if (level != FindingLevel.Ignore)
        {
            _findings.Add(new SchemaFinding(rule, level, column, line, count, message, remark));
        }
    }

    public IReadOnlyList<SchemaFinding> Sorted() => [.. _findings.OrderByDescending(f => f.Level)];
}
