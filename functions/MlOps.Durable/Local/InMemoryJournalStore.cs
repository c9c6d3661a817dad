using System.Runtime.CompilerServices;

namespace MlOps.Durable.Local;

/// <summary>A journal store that lives as long as the process: for tests and for work that need not survive.</summary>
internal sealed class InMemoryJournalStore(TimeProvider time) : IJournalStore
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, Journal> journals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string InstanceId, string MessageId), (InstanceMessage Message, DateTimeOffset PostedAt)> messages = [];
    private readonly Dictionary<string, DateTimeOffset> leases = new(StringComparer.Ordinal);
    private long version;

    /// <summary>Records appended so far, over all journals.</summary>
    public int Appends { get; private set; }

    /// <summary>Tests raise it to tell of an outage.</summary>
    public long Outages { get; set; }

    public Task PrepareAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task<JournalEnd?> CreateAsync(JournalLabel label, ReadOnlyMemory<byte> first, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (journals.ContainsKey(label.InstanceId))
            {
                return Task.FromResult<JournalEnd?>(null);
            }

            var journal = new Journal { Label = label };
            journals.Add(label.InstanceId, journal);
            return Task.FromResult<JournalEnd?>(Write(journal, first));
        }
    }

    public Task<JournalContent?> ReadAsync(string instanceId, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult(journals.TryGetValue(instanceId, out var journal)
                ? new JournalContent(journal.Bytes.ToArray(), journal.End, journal.Described)
                : null);
        }
    }

    public Task<JournalLabel?> ReadLabelAsync(string instanceId, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult(journals.TryGetValue(instanceId, out var journal) ? journal.Described : null);
        }
    }

    public Task<JournalEnd?> AppendAsync(string instanceId, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult<JournalEnd?>(Find(instanceId, end) is { } journal ? Write(journal, record) : null);
        }
    }

    public Task<JournalEnd?> ReplaceAsync(JournalLabel label, JournalEnd end, ReadOnlyMemory<byte> record, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (Find(label.InstanceId, end) is not { } journal)
            {
                return Task.FromResult<JournalEnd?>(null);
            }

            journal.Bytes.Clear();
            journal.Label = label;
            return Task.FromResult<JournalEnd?>(Write(journal, record));
        }
    }

    public Task<JournalEnd?> LabelAsync(JournalLabel label, JournalEnd end, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (Find(label.InstanceId, end) is not { } journal)
            {
                return Task.FromResult<JournalEnd?>(null);
            }

            journal.Label = label;
            return Task.FromResult<JournalEnd?>(Write(journal, default));
        }
    }

    public async IAsyncEnumerable<JournalLabel> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JournalLabel[] labels;
        lock (gate)
        {
            labels = [.. journals.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => entry.Value.Described)];
        }

        await Task.CompletedTask;
        foreach (var label in labels)
        {
            yield return label;
        }
    }

    public Task<bool> DeleteAsync(string instanceId, JournalEnd end, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult(Find(instanceId, end) is not null && journals.Remove(instanceId));
        }
    }

    public Task PostAsync(InstanceMessage message, CancellationToken cancellation)
    {
        lock (gate)
        {
            messages[(message.InstanceId, message.MessageId)] = (message.Clone(), time.GetUtcNow());
            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<MessageKey>> ListMessagesAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<MessageKey>>(
                [.. messages.Select(entry => new MessageKey(entry.Key.InstanceId, entry.Key.MessageId, entry.Value.PostedAt))]);
        }
    }

    public Task<InstanceMessage?> ReadMessageAsync(MessageKey key, CancellationToken cancellation)
    {
        lock (gate)
        {
            return Task.FromResult(messages.TryGetValue((key.InstanceId, key.MessageId), out var entry) ? entry.Message.Clone() : null);
        }
    }

    public Task DeleteMessageAsync(MessageKey key, CancellationToken cancellation)
    {
        lock (gate)
        {
            messages.Remove((key.InstanceId, key.MessageId));
            return Task.CompletedTask;
        }
    }

    public Task RenewAsync(string workerId, TimeSpan duration, CancellationToken cancellation)
    {
        lock (gate)
        {
            leases[workerId] = time.GetUtcNow() + duration;
            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlySet<string>> LiveWorkersAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            return Task.FromResult<IReadOnlySet<string>>(leases.Where(lease => lease.Value > now).Select(lease => lease.Key).ToHashSet(StringComparer.Ordinal));
        }
    }

    public Task ReleaseAsync(string workerId, CancellationToken cancellation)
    {
        lock (gate)
        {
            leases.Remove(workerId);
            return Task.CompletedTask;
        }
    }

    private Journal? Find(string instanceId, JournalEnd end) =>
        journals.TryGetValue(instanceId, out var journal) && journal.End == end ? journal : null;

    private JournalEnd Write(Journal journal, ReadOnlyMemory<byte> record)
    {
        Appends += record.Length > 0 ? 1 : 0;
        journal.Bytes.AddRange(record.Span);
        journal.LastUpdatedAt = time.GetUtcNow();
        return journal.End = new JournalEnd(journal.Bytes.Count, $"{++version}");
    }

    private sealed class Journal
    {
        public required JournalLabel Label { get; set; }

        public List<byte> Bytes { get; } = [];

        public JournalEnd End { get; set; }

        public DateTimeOffset LastUpdatedAt { get; set; }

        public JournalLabel Described => Label with { LastUpdatedAt = LastUpdatedAt, Length = Bytes.Count };
    }
}
