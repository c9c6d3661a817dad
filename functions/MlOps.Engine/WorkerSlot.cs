using System.Globalization;

namespace MlOps.Engine;

/// <summary>
/// A worker's id that is the same after a restart: a killed worker's successor owns its partitions and goes on at once, instead of waiting
/// until their leases have run out. Two living processes never have one id, because each holds a lock on the file of its slot; the lock
/// ends with the process, however that ends. Two machines never have one either, because a file holds a name drawn at random.
/// </summary>
internal sealed class WorkerSlot : IDisposable
{
    private const int SlotsMax = 1000;
    private readonly FileStream held;

    private WorkerSlot(string id, FileStream held)
    {
        Id = id;
        this.held = held;
    }

    /// <summary>The id.</summary>
    public string Id { get; }

    /// <summary>Takes the lowest slot that no living process holds.</summary>
    /// <param name="folder">Folder of the slots; created when missing.</param>
    /// <exception cref="IOException">No slot can be taken: the folder cannot be written to.</exception>
    public static WorkerSlot Take(string folder)
    {
        Directory.CreateDirectory(folder);
        IOException? refused = null;
        for (var number = 0; number < SlotsMax; number++)
        {
            try
            {
                var file = new FileStream(Path.Combine(folder, $"slot-{number.ToString(CultureInfo.InvariantCulture)}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new WorkerSlot(NameIn(file), file);
            }
            catch (IOException e) when (e is not DirectoryNotFoundException and not PathTooLongException)
            {
                // Another process holds this one.
                refused = e;
            }
        }

        throw new IOException($"No worker slot can be taken in {folder}: {refused?.Message}", refused);
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    private static string NameIn(FileStream file)
    {
        using var reader = new StreamReader(file, leaveOpen: true);
        var name = reader.ReadToEnd().Trim();
        if (Guid.TryParseExact(name, "N", out _))
        {
            return name;
        }

        // New, or cut short when its first owner was killed.
        name = Guid.NewGuid().ToString("N");
        file.SetLength(0);
        using var writer = new StreamWriter(file, leaveOpen: true);
        writer.Write(name);
        return name;
    }
}
