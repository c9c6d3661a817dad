using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Engine;

/// <summary>
/// What this machine knows of activities that the engine brings again after a kill. One whose result was there already is not run again:
/// a process may die after an activity has ended and before its message is out of the queue. One that was begun and never ended is counted,
/// because it may be what takes the process down. Each activity has a file; those of ended activities are deleted after a while.
/// </summary>
/// <param name="folder">Folder of the files; created when missing.</param>
/// <param name="maxStarts">So many starts are let through.</param>
internal sealed class ActivityNotes(string folder, int maxStarts)
{
    // Far longer than a message stays in a queue after its activity has ended.
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    // Of activities that were begun and not ended: the run may be resumed late.
    private static readonly TimeSpan KeptUnended = TimeSpan.FromDays(7);

    private const int TidyEvery = 500;
    private int entered;

    /// <summary>Deletes what nobody will ask for any more.</summary>
    /// <param name="now">The time, UTC.</param>
    public void Tidy(DateTime now)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (now - file.LastWriteTimeUtc > (file.Extension == Note.Ended ? Kept : KeptUnended))
            {
                file.Delete();
            }
        }
    }

    /// <summary>Notes that an activity begins, unless its result is known.</summary>
    /// <param name="name">Name of the activity.</param>
    /// <param name="execution">Its instance and execution.</param>
    /// <param name="task">Id of its task in that execution.</param>
    /// <param name="input">What it is asked, JSON. Messages of an episode that could not be written down are out already, and the one that takes its place may give their ids to other tasks.</param>
    /// <returns>The note, to be disposed when the activity has ended in whatever way.</returns>
    /// <exception cref="PoisonActivityException">It was begun too often.</exception>
    public Note Enter(string name, string execution, int task, string? input)
    {
        if (Interlocked.Increment(ref entered) % TidyEvery == 0)
        {
            Tidy(DateTime.UtcNow);
        }

        var file = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{execution}\n{task}\n{name}\n{input}")).AsSpan(0, 16)));
        if (Read(file + Note.Ended) is { Length: > 0 } known)
        {
            return new Note(file, known);
        }

        var before = int.TryParse(Read(file), CultureInfo.InvariantCulture, out var starts) ? starts : 0;
        if (before >= maxStarts)
        {
            File.Delete(file);
            throw new PoisonActivityException($"Activity '{name}' (#{task}) was running {before} times when its process died, and is not tried again.");
        }

        Write(file, (before + 1).ToString(CultureInfo.InvariantCulture));
        return new Note(file, null);
    }

    private static string? Read(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // One that cannot be noted, because the disk is full, is run all the same: then it may run again after a kill.
    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file + ".new", text);
            File.Move(file + ".new", file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // See above.
        }
    }

    /// <summary>The note of one activity.</summary>
    public sealed class Note : IDisposable
    {
        internal const string Ended = ".ended";
        private const char Something = '=';
        private const char Nothing = '-';
        private readonly string file;
        private readonly string? known;

        internal Note(string file, string? known)
        {
            this.file = file;
            this.known = known;
        }

        /// <summary>Whether the activity has ended before.</summary>
        public bool HasResult => known is not null;

        /// <summary>Its result then, JSON; <see langword="null"/> for none.</summary>
        public string? Result => known is [Something, ..] ? known[1..] : null;

        /// <summary>Keeps the result of an activity that has ended well.</summary>
        /// <param name="result">The result, JSON; <see langword="null"/> for none.</param>
        public void Keep(string? result) => Write(file + Ended, result is null ? $"{Nothing}" : Something + result);

        /// <inheritdoc/>
        public void Dispose()
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is tidied up with the others.
            }
        }
    }
}

/// <summary>An activity took its process down with it again and again, and is not tried any more.</summary>
/// <param name="message">Which, and how often.</param>
public sealed class PoisonActivityException(string message) : Exception(message);
