namespace MlOps.Durable.Local;

/// <summary>What a journal's label says without the journal being read. It may lag behind the journal, never run ahead of it.</summary>
/// <param name="InstanceId">The instance.</param>
/// <param name="Name">Its orchestrator.</param>
/// <param name="Owner">The worker that had it last; empty: none yet.</param>
/// <param name="EndedAs">How it ended; <see langword="null"/>: it is open, or somebody has still to be told.</param>
/// <param name="CreatedAt">When it was scheduled.</param>
internal sealed record JournalLabel(string InstanceId, string Name, string Owner, OrchestrationRuntimeStatus? EndedAs, DateTimeOffset CreatedAt)
{
    /// <summary>When the journal or the label changed last.</summary>
    public DateTimeOffset LastUpdatedAt { get; init; }

    /// <summary>Length of the journal in bytes; 0: its creation was cut off.</summary>
    public long Length { get; init; } = -1;
}

/// <summary>The end of a journal as its writer knows it: where the next record goes, and the state that it must meet.</summary>
/// <param name="Length">Length in bytes.</param>
/// <param name="ETag">Changes with every record and label.</param>
internal readonly record struct JournalEnd(long Length, string ETag);

/// <summary>A journal that was read.</summary>
/// <param name="Bytes">All records.</param>
/// <param name="End">Its end.</param>
/// <param name="Label">Its label.</param>
internal sealed record JournalContent(ReadOnlyMemory<byte> Bytes, JournalEnd End, JournalLabel Label);

/// <summary>A message that lies in the storage.</summary>
/// <param name="InstanceId">The receiver.</param>
/// <param name="MessageId">Its id; the ids of one receiver sort by age.</param>
/// <param name="PostedAt">When it was posted.</param>
internal sealed record MessageKey(string InstanceId, string MessageId, DateTimeOffset PostedAt);

/// <summary>
/// Where the Local driver keeps everything: a journal for each instance, to which only one writer at a time can append;
/// messages to instances; and leases by which workers show that they live. Every write is there whole or not at all, and
/// is durable when its task completes. Outages of the storage are waited out in here; callers see them as delays.
/// </summary>
internal interface IJournalStore
{
    /// <summary>Grows with every call that an outage has kept waiting. A storage that was away may have forgotten leases.</summary>
    long Outages { get; }

    /// <summary>Makes the storage ready for use.</summary>
    Task PrepareAsync(CancellationToken cancellation);

    /// <summary>Creates a journal with its first record. Returns null where there is one of that instance.</summary>
    Task<JournalEnd?> CreateAsync(JournalLabel label, ReadOnlyMemory<byte> first, CancellationToken cancellation);

    /// <summary>Reads a journal. Returns null where there is none.</summary>
    Task<JournalContent?> ReadAsync(string instanceId, CancellationToken cancellation);

    /// <summary>Reads a label. Returns null where there is no journal.</summary>
    Task<JournalLabel?> ReadLabelAsync(string instanceId, CancellationToken cancellation);

    /// <summary>Appends a record. Returns null, and writes nothing, where somebody else has written since.</summary>
    Task<JournalEnd?> AppendAsync(string instanceId, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation);

    /// <summary>Puts one record in the place of all. Returns null, and changes nothing, where somebody else has written since.</summary>
    Task<JournalEnd?> ReplaceAsync(JournalLabel label, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation);

    /// <summary>Replaces the label. Returns null, and writes nothing, where somebody else has written since.</summary>
    Task<JournalEnd?> LabelAsync(JournalLabel label, JournalEnd end, CancellationToken cancellation);

    /// <summary>All labels of instances whose ids begin so, in order of their ids.</summary>
    IAsyncEnumerable<JournalLabel> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>Deletes a journal. Returns false where somebody else has written since or there is none.</summary>
    Task<bool> DeleteAsync(string instanceId, JournalEnd end, CancellationToken cancellation);

    /// <summary>Posts a message. One with an id that is there already is the same message.</summary>
    Task PostAsync(InstanceMessage message, CancellationToken cancellation);

    /// <summary>All messages, those of one receiver in order of their ids.</summary>
    Task<IReadOnlyList<MessageKey>> ListMessagesAsync(CancellationToken cancellation);

    /// <summary>Reads a message. Returns null where it is gone.</summary>
    Task<InstanceMessage?> ReadMessageAsync(MessageKey key, CancellationToken cancellation);

    /// <summary>Deletes a message, if it is there.</summary>
    Task DeleteMessageAsync(MessageKey key, CancellationToken cancellation);

    /// <summary>Takes or renews a worker's lease.</summary>
    Task RenewAsync(string workerId, TimeSpan duration, CancellationToken cancellation);

    /// <summary>The workers that hold their leases.</summary>
    Task<IReadOnlySet<string>> LiveWorkersAsync(CancellationToken cancellation);

    /// <summary>Gives a worker's lease back.</summary>
    Task ReleaseAsync(string workerId, CancellationToken cancellation);
}
