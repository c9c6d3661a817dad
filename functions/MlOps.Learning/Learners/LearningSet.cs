namespace MlOps.Learning.Learners;

/// <summary>Rows to learn from.</summary>
/// <param name="Task">What is learned.</param>
/// <param name="Names">A name for each feature.</param>
/// <param name="Columns">Features, each with the values of all rows; missing values are NaN.</param>
/// <param name="Label">Class from 0, or value, of each row.</param>
/// <param name="Classes">Number of classes; not used for a regression.</param>
public sealed record LearningSet(LearningTask Task, IReadOnlyList<string> Names, IReadOnlyList<double[]> Columns, float[] Label, int Classes)
{
    /// <summary>Scores of a row: one a class where there are three or more, else one.</summary>
    public int Outputs => Task == LearningTask.Multiclass ? Classes : 1;
}
