namespace MlOps.Boosting.Settings;

/// <summary>A parameter is unknown, out of range, or contradicts another one or the data.</summary>
/// <param name="parameter">Name of the parameter at fault.</param>
/// <param name="message">What is wrong and what to do.</param>
public sealed class ParameterException(string parameter, string message) : ArgumentException(message)
{
    /// <summary>Name of the parameter at fault, as it was given.</summary>
    public string Parameter { get; } = parameter;
}
