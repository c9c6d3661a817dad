namespace MlOps.Pipeline.Steps.Report.Data;

/// <summary>A picture of the period on the page.</summary>
/// <param name="File">Its name.</param>
/// <param name="Jpeg">The picture in small.</param>
/// <param name="Score">Probability of the predicted class, or the predicted number.</param>
/// <param name="Predicted">The predicted class; <see langword="null"/> where a number is predicted.</param>
/// <param name="Label">What it is, as the label writes it; <see langword="null"/> where that is not known.</param>
/// <param name="IsWrong">Whether the predicted class is another one than the label.</param>
internal sealed record ReportPicture(string File, byte[] Jpeg, double Score, string? Predicted, string? Label, bool IsWrong);

/// <summary>The pictures of a period that say most: those most wrong, those least sure, and some of each predicted class.</summary>
/// <param name="MostWrong">Wrongly predicted ones, the surest first, or the farthest from their label; empty where none is known to be wrong.</param>
/// <param name="LeastSure">Those between two classes, the closest first; empty where a number is predicted.</param>
/// <param name="Classes">Some of each predicted class, from the surest to the least sure, with their number; of a number from the lowest to the highest.</param>
internal sealed record ReportPictures(
    IReadOnlyList<ReportPicture> MostWrong, IReadOnlyList<ReportPicture> LeastSure, IReadOnlyList<(string? Class, int Count, IReadOnlyList<ReportPicture> Pictures)> Classes);
