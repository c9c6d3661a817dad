namespace MlOps.Web.Runs;

/// <summary>What was asked for is not in the account; the message says what and how to find what is.</summary>
/// <param name="message">For the reader.</param>
public sealed class NotFoundException(string message) : Exception(message);
