namespace MlOps.Durable;

/// <summary>A task of an orchestration failed: an activity or sub-orchestration, after its last attempt.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="taskName">Name of the activity or sub-orchestrator.</param>
    /// <param name="taskId">Id of the task in the history.</param>
    /// <param name="failureDetails">Why it failed.</param>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base($"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {(failureDetails ?? throw new ArgumentNullException(nameof(failureDetails))).ErrorMessage}")
    {
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>Name of the activity or sub-orchestrator.</summary>
    public string TaskName { get; }

    /// <summary>Id of the task in the history.</summary>
    public int TaskId { get; }

    /// <summary>Why it failed.</summary>
    public TaskFailureDetails FailureDetails { get; }
}

/// <summary>Why a task or an instance failed, as far as it survived the way through the history.</summary>
/// <param name="ErrorType">Full name of the exception's type.</param>
/// <param name="ErrorMessage">Its message.</param>
/// <param name="StackTrace">Its stack trace, if known.</param>
/// <param name="InnerFailure">The cause, if known.</param>
/// <param name="Properties">More facts, if there are any.</param>
public record TaskFailureDetails(
    string ErrorType,
    string ErrorMessage,
    string? StackTrace,
    TaskFailureDetails? InnerFailure,
    IDictionary<string, object?>? Properties = null)
{
    /// <summary>True where another attempt cannot help. Retry policies stop at it.</summary>
    public bool IsNonRetriable { get; init; }

    /// <summary>The details of an exception.</summary>
    /// <param name="exception">The exception.</param>
    public static TaskFailureDetails FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var (type, inner) = exception is TaskFailedException failed
            // The SDK does not hand the mark on: whether the caller's own attempt may be repeated is the caller's affair.
            ? (OfficialTaskFailedException, failed.FailureDetails with { IsNonRetriable = false })
            : (exception.GetType().FullName ?? exception.GetType().Name, exception.InnerException is { } cause ? FromException(cause) : null);
        return new TaskFailureDetails(type, exception.Message, exception.StackTrace, inner)
        {
            IsNonRetriable = NonRetriableActivityException.IsIn(exception),
        };
    }

    /// <summary>Whether the failure was caused by an exception of a type or one derived from it. Only types that are loaded in this process can be told.</summary>
    /// <typeparam name="T">The exception's type.</typeparam>
    public bool IsCausedBy<T>()
        where T : Exception
    {
        if (ErrorType == OfficialTaskFailedException)
        {
            return typeof(T).IsAssignableFrom(typeof(TaskFailedException));
        }

        if (ErrorType == typeof(T).FullName)
        {
            return true;
        }

        var type = AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetType(ErrorType, throwOnError: false)).FirstOrDefault(found => found is not null);
        return type is not null && typeof(T).IsAssignableFrom(type);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    // The name that the official SDK writes into histories; ours stays exchangeable with it.
    internal const string OfficialTaskFailedException = "Microsoft.DurableTask.TaskFailedException";
}

/// <summary>An activity's failure that another attempt cannot mend: a bad file, a missing column, a refused permission.</summary>
public class NonRetriableActivityException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public NonRetriableActivityException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    // Anywhere in the chain, so that a wrapping exception does not turn it into a retriable one.
    internal static bool IsIn(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NonRetriableActivityException)
            {
                return true;
            }
        }

        return false;
    }
}
