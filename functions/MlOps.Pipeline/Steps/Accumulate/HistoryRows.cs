using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>The stored history as later steps read it.</summary>
/// <param name="Table">Features and label.</param>
/// <param name="Parts">Part of each row.</param>
/// <param name="Transform">Fitted transform.</param>
internal sealed record HistoryRows(Table Table, Part[] Parts, Transform Transform)
{
    public static async Task<HistoryRows> OpenAsync(StepContext context, PipelineName pipeline, string key, CancellationToken cancellation)
    {
        var table = await context.OpenTableAsync(pipeline, key, AccumulateStep.HistoryOutput, cancellation);
        var parts = new Part[table.RowCount];
        await using (var stream = await context.Runner.OpenAsync(pipeline, key, AccumulateStep.SplitOutput, cancellation))
        {
            var bytes = new byte[parts.Length];
            await stream.ReadExactlyAsync(bytes, cancellation);
            for (var i = 0; i < bytes.Length; i++)
            {
                parts[i] = (Part)bytes[i];
            }
        }

        await using var json = await context.Runner.OpenAsync(pipeline, key, AccumulateStep.TransformOutput, cancellation);
        return new HistoryRows(table, parts, Transform.Load(json));
    }

    /// <summary>Rows of some parts, in order.</summary>
    public static int[] Of(Part[] parts, params ReadOnlySpan<Part> wanted)
    {
        var rows = new List<int>();
        for (var i = 0; i < parts.Length; i++)
        {
            if (wanted.Contains(parts[i]))
            {
                rows.Add(i);
            }
        }

        return [.. rows];
    }

    public int[] Rows(Part part) => Of(Parts, part);

    public double[] Labels(ReadOnlySpan<int> rows)
    {
        var all = ((NumberColumn)Table[History.LabelColumn]).Values;
        var labels = new double[rows.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = all[rows[i]];
        }

        return labels;
    }
}
