namespace MlOps.Boosting.Sampling;

/// <summary>The size of a step of quantised gradients.</summary>
/// <param name="Gradient">Value of one gradient step.</param>
/// <param name="Hessian">Value of one hessian step.</param>
/// <param name="CountsFirstRows">Whether the root's whole-number sums of a bag are taken over the first rows of the data.</param>
internal sealed record QuantizedScale(double Gradient, double Hessian, bool CountsFirstRows);
