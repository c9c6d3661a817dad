namespace MlOps.Boosting.Settings;

/// <summary>The data cannot be learned from: wrong lengths, labels outside the objective's range, no rows.</summary>
/// <param name="message">What is wrong, where, and what was expected.</param>
public sealed class BoostingDataException(string message) : ArgumentException(message);
