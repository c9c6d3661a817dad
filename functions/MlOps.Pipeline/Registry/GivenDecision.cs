namespace MlOps.Pipeline.Registry;

/// <summary>Who decides something by hand, and why.</summary>
/// <param name="Who">Who.</param>
/// <param name="Why">Why, in one line.</param>
public sealed record GivenDecision(string Who, string Why);
