using System.Text.RegularExpressions;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// Which failures are tried again. What may pass by itself (storage busy, connection lost, time-out) is retried with growing
/// delays; what will fail the same way again (a refused schema, a wrong setting, an error in the program) is not.
/// </summary>
internal static partial class Retries
{
    private static readonly string[] PassingErrors =
    [
        "System.TimeoutException", "System.IO.IOException", "System.Net.Http.HttpRequestException", "System.Net.Sockets.SocketException",
        "System.Threading.Tasks.TaskCanceledException", "System.OperationCanceledException",

        // What the Functions host records for an activity whose worker died, was restarted or ran out of its time.
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException", "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException",
        "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException", "(unknown)",
    ];

    // The engine's is named by its text: this room does not know the engine, and a failure crosses processes as a name.
    private static readonly string[] FinalErrors = [typeof(StepRefusedException).FullName!, "MlOps.Engine.PoisonActivityException"];

    /// <summary>For steps: minutes of trying.</summary>
    public static TaskOptions Steps { get; } = Policy(attempts: 6, firstSeconds: 1, maxSeconds: 60);

    /// <summary>For the ledger and the outbox, without which a run can neither go on nor end: the better part of an hour.</summary>
    public static TaskOptions Bookkeeping { get; } = Policy(attempts: 60, firstSeconds: 0.5, maxSeconds: 60);

    /// <summary>For webhooks: what stays undelivered is sent again by the sweep.</summary>
    public static TaskOptions Delivery { get; } = Policy(attempts: 5, firstSeconds: 1, maxSeconds: 30);

    /// <summary>Whether a failure may pass by itself.</summary>
    public static bool MayPass(TaskFailureDetails? failure)
    {
        for (var one = failure; one is not null; one = one.InnerFailure)
        {
            if (FinalErrors.Contains(one.ErrorType))
            {
                return false;
            }
        }

        for (var one = failure; one is not null; one = one.InnerFailure)
        {
            if (PassingErrors.Contains(one.ErrorType) || (one.ErrorType == "Azure.RequestFailedException" && StatusMayPass(one.ErrorMessage)))
            {
                return true;
            }

            // What the Azure client throws once its own retries are used up.
            if (one.ErrorType == "System.AggregateException" && one.ErrorMessage.Contains("Retry failed after", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // A request that never got an answer has no status; 409 and 412 mean that somebody else was faster.
    private static bool StatusMayPass(string message) =>
        StatusPattern().Match(message) is not { Success: true } match
        || int.Parse(match.Groups["status"].Value) is var status && (status is 0 or 408 or 409 or 412 or 429 || status >= 500);

    [GeneratedRegex(@"^Status: (?<status>\d{1,3})\b", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex StatusPattern();

    private static TaskOptions Policy(int attempts, double firstSeconds, double maxSeconds) => TaskOptions.FromRetryPolicy(
        new RetryPolicy(attempts, TimeSpan.FromSeconds(firstSeconds), 2, TimeSpan.FromSeconds(maxSeconds)) { HandleFailure = MayPass });
}
