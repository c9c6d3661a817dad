namespace MlOps.Durable.Local;

/// <summary>Settings of a local worker.</summary>
public sealed record LocalOptions
{
    /// <summary>Activities that run at once in this process. Default: one for each core, two at least.</summary>
    public int MaxConcurrentActivities { get; init; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>While more than this share of the memory that the process may use is taken, no further activity starts beside a running one. 0 to 1.</summary>
    public double MaxMemoryLoad { get; init; } = 0.9;

    /// <summary>After this time an activity's token is cancelled and it counts as failed. Default: never.</summary>
    public TimeSpan ActivityDeadline { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a worker that has died keeps its instances. 15 to 60 seconds.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the storage is asked for messages from other processes.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How often the storage is searched for instances whose worker has died.</summary>
    public TimeSpan ScanInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Instances that are over are deleted after this time. <see cref="Timeout.InfiniteTimeSpan"/>: never. Default: 90 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>An activity that was running this many times when its process died has failed for good. At least 2.</summary>
    public int MaxActivityStarts { get; init; } = 15;

    /// <summary>How long a stop waits for running activities before it cancels them.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A journal of so many records is drawn together into one. An append blob takes 50,000.</summary>
    public int MaxJournalRecords { get; init; } = 10_000;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
