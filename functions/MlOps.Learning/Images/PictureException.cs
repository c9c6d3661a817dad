using MlOps.Tabular;

namespace MlOps.Learning.Images;

/// <summary>Bytes that are no picture that can be learned from.</summary>
/// <param name="remark">What is wrong with it and what to do.</param>
public sealed class PictureException(Remark remark) : Exception(remark?.ToString())
{
    /// <summary>What is wrong, as a code with arguments.</summary>
    public Remark Remark { get; } = remark ?? throw new ArgumentNullException(nameof(remark));
}
