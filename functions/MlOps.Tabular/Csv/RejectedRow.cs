namespace MlOps.Tabular;

/// <summary>A row that could not be used.</summary>
/// <param name="Line">1-based line of its file on which it starts.</param>
/// <param name="Column">1-based field of the first error; 0 = the whole row.</param>
/// <param name="Rule">Code of the first error.</param>
/// <param name="Message">What is wrong with it.</param>
/// <param name="Text">The row as it stands in the file, whole.</param>
public sealed record RejectedRow(long Line, int Column, string Rule, string Message, string Text);
