namespace MlOps.Cli.Azurite;

/// <summary>The storage emulator could not be installed or started; the message says why and what to do.</summary>
internal sealed class AzuriteException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong and what to do next.</param>
    /// <param name="inner">The cause, if any.</param>
    public AzuriteException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
