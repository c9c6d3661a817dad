using System.Diagnostics.CodeAnalysis;

namespace MlOps.Durable.History;

/// <summary>Failure details between the programming model and the protocol.</summary>
internal static class Failures
{
    /// <summary>What stands in for the details that a host left out.</summary>
    public static readonly TaskFailureDetails Unknown = new("(unknown)", "(unknown)", null, null);

    /// <summary>Error type of a history that the orchestrator's code does not follow; the name is the core library's.</summary>
    public const string NonDeterminism = "DurableTask.Core.Exceptions.NonDeterministicOrchestrationException";

    /// <summary>Details from the protocol.</summary>
    /// <param name="failure">The message; absent: unknown.</param>
    public static TaskFailureDetails FromProtocol(TaskFailure? failure) =>
        failure is null ? Unknown : Convert(failure);

    /// <summary>Details for the protocol.</summary>
    /// <param name="details">The details.</param>
    [return: NotNullIfNotNull(nameof(details))]
    public static TaskFailure? ToProtocol(TaskFailureDetails? details) =>
        details is null
            ? null
            : new TaskFailure
            {
                ErrorType = details.ErrorType,
                ErrorMessage = details.ErrorMessage,
                StackTrace = details.StackTrace,
                InnerFailure = ToProtocol(details.InnerFailure),
                IsNonRetriable = details.IsNonRetriable,
            };

    private static TaskFailureDetails Convert(TaskFailure failure) =>
        new(failure.ErrorType, failure.ErrorMessage, failure.StackTrace, failure.InnerFailure is null ? null : Convert(failure.InnerFailure))
        {
            IsNonRetriable = failure.IsNonRetriable,
        };
}
