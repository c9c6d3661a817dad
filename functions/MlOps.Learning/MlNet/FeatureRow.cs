using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Learning.Learners;

namespace MlOps.Learning.MlNet;

/// <summary>A row as ML.NET's trainers take it.</summary>
internal sealed class FeatureRow
{
    public const string FeaturesColumn = "Features";
    public const string LabelColumn = "Label";

    public float[] Features { get; set; } = [];

    public bool Flag { get; set; }

    public float Value { get; set; }

    public uint Key { get; set; }

    /// <summary>Rows with a label of the kind that trainers of the task take.</summary>
    public static IDataView View(MLContext context, IList<FeatureRow> rows, int features, LearningTask task, int classes)
    {
        var schema = SchemaDefinition.Create(typeof(FeatureRow));
        var kept = task switch { LearningTask.Regression => nameof(Value), LearningTask.Multiclass => nameof(Key), _ => nameof(Flag) };
        foreach (var other in new[] { nameof(Flag), nameof(Value), nameof(Key) }.Where(name => name != kept))
        {
            schema.Remove(schema[other]);
        }

        var label = schema[kept];
        label.ColumnName = LabelColumn;
        if (kept == nameof(Key))
        {
            label.ColumnType = new KeyDataViewType(typeof(uint), classes);
        }

        schema[nameof(Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        return context.Data.LoadFromEnumerable(rows, schema);
    }
}
