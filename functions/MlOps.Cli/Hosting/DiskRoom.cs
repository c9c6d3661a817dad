using System.Globalization;
using MlOps.Pipeline.Wording;

namespace MlOps.Cli.Hosting;

/// <summary>
/// The room that a server needs to go on, where the emulator keeps its data and where steps put their temporary files. On a disk that is nearly full
/// nothing new is begun, so that what is going on can still be written down; when there is room again, all goes on by itself.
/// </summary>
/// <param name="folders">Folders that are written to; one that is not there yet counts as the nearest above it.</param>
/// <param name="say">Told when room begins to lack and when there is room again; <see langword="null"/> for nobody.</param>
internal sealed class DiskRoom(IReadOnlyList<string> folders, Action<string>? say = null)
{
    private const long Mebibyte = 1L << 20;

    // What runs in progress write while they are brought to a halt; on a small disk a part of it.
    private const long Reserve = 64 * Mebibyte;
    private const int SmallestShare = 16;
    private readonly Lock telling = new();
    private bool isLacking;

    /// <summary>The folders of a local account's server.</summary>
    /// <param name="dataFolder">Its data folder; <see langword="null"/> where the account is elsewhere.</param>
    public static IReadOnlyList<string> FoldersOf(string? dataFolder) => dataFolder is null ? [Temporary] : [Path.GetFullPath(dataFolder), Temporary];

    private static string Temporary => Path.TrimEndingDirectorySeparator(Path.GetTempPath());

    /// <summary>What lacks; <see langword="null"/> where there is room.</summary>
    public Sentence? Lack()
    {
        var lack = folders.Select(Lack).FirstOrDefault(found => found is not null);
        lock (telling)
        {
            if (isLacking != lack is not null)
            {
                isLacking = lack is not null;
                say?.Invoke(lack is null ? "mlops: there is room on the disk again; runs go on" : $"mlops: {lack}");
            }
        }

        return lack;
    }

    private static Sentence? Lack(string folder)
    {
        var there = new DirectoryInfo(folder);
        while (!there.Exists && there.Parent is { } parent)
        {
            there = parent;
        }

        try
        {
            var drive = new DriveInfo(there.FullName);
            var free = drive.AvailableFreeSpace;
            return free >= Math.Min(Reserve, drive.TotalSize / SmallestShare)
                ? null
                : Sentence.Of("no-room", ("folder", folder), ("free", string.Create(CultureInfo.InvariantCulture, $"{free / (double)Mebibyte:0.#} MB")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A file system that does not tell is no reason to stop.
            return null;
        }
    }
}
