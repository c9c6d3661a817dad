namespace MlOps.Pipeline.Definitions;

/// <summary>How text columns, and number columns that are named categorical, become features.</summary>
public enum CategoryHandling
{
    /// <summary>One 0/1 feature a category; a category that training never saw has 0 in all of them.</summary>
    OneHot,

    /// <summary>One integer-coded feature that the learner splits by subset.</summary>
    Native,

    /// <summary>One 0/1 feature a category but the first, as for linear models: a category that training never saw counts as the first.</summary>
    OneHotDropFirst,
}

/// <summary>How missing cells become features.</summary>
/// <param name="Native">Whether the learner sees missing values as such.</param>
/// <param name="Numeric">Otherwise: the number that stands for a missing number.</param>
/// <param name="Text">Otherwise: the category that stands for a missing text.</param>
public sealed record MissingHandling(bool Native = false, double Numeric = -999, string Text = "NAN");
