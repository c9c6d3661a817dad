namespace MlOps.Engine;

/// <summary>Settings of a task hub's worker and client.</summary>
public sealed record TaskHubOptions
{
    /// <summary>Name of the hub: the prefix of its queues, tables and containers. Letters and digits, 3 to 45. A new one begins with no instances.</summary>
    public string HubName { get; init; } = "MlOpsHub";

    /// <summary>Folder of this machine where worker slots and the starts of activities are kept. It must outlive the process and not the machine.</summary>
    public required string Folder { get; init; }

    /// <summary>Activities that run at once in this process. At least 1. Default: one for each core, two at least.</summary>
    public int MaxConcurrentActivities { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>While more than this share of the memory that the process may use is taken, no further activity starts beside a running one. 0 to 1.</summary>
    public double MaxMemoryLoad { get; init; } = 0.9;

    /// <summary>Whether no activity may start now, because the host lacks something, such as room on its disk; asked before each, and again until it says no. <see langword="null"/> where nothing hinders.</summary>
    public Func<bool>? IsHindered { get; init; }

    /// <summary>An activity that was running this many times when its process died has failed for good. At least 1.</summary>
    public int MaxActivityStarts { get; init; } = 15;

    /// <summary>How long a stop waits for running activities before it asks them to end; what they leave is done again after the next start.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest pause between two looks for messages of other processes and for timers that are due; what this process sends itself
    /// is seen at once. It decides what an idle hub costs: two queues are asked.
    /// </summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a message stays hidden from others once a worker has taken it; renewed while it works. It is what a killed process costs.
    /// Renewal is checked every five seconds, so not below 6.
    /// </summary>
    public TimeSpan VisibilityTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
