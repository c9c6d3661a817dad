namespace MlOps.Pipeline.Definitions;

/// <summary>How the history is split; stratified by label and seeded.</summary>
/// <param name="Test">Share of the history that is kept for the one report.</param>
/// <param name="Valid">Share of the rest that early stopping and tuning look at.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Group">Column whose equal values stay on one side, such as a customer's number; a feature only where <c>features</c> names it.</param>
public sealed record SplitSettings(double Test = 0.2, double Valid = 0.2, int Seed = 42, string? Group = null);
