using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Split;

/// <summary>Rows of each part.</summary>
/// <param name="Train">Rows to learn from.</param>
/// <param name="Valid">Rows that validate.</param>
/// <param name="Test">Rows that judge.</param>
internal readonly record struct PartSizes(int Train, int Valid, int Test)
{
    /// <summary>Counts the rows of each part.</summary>
    public static PartSizes Of(IReadOnlyCollection<Part> parts) =>
        new(parts.Count(p => p == Part.Train), parts.Count(p => p == Part.Valid), parts.Count(p => p == Part.Test));

    /// <summary>Why these rows are too few to be learned from; <see langword="null"/> where they are not.</summary>
    /// <param name="sizes">Rows of each part.</param>
    /// <param name="folded">Whether folds validate, which need no valid part.</param>
    public static Sentence? Problem(PartSizes sizes, bool folded) => sizes.Train == 0 || (sizes.Valid == 0 && !folded)
        ? Sentence.Of("too-few-rows", ("rows", sizes.Train + sizes.Valid + sizes.Test), ("train", sizes.Train), ("valid", sizes.Valid))
        : null;
}
