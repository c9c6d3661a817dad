using System.Globalization;

namespace MlOps.Cli.Terminal;

/// <summary>
/// What several things are doing, on stderr. Piped, a line for each change. On a terminal, what is done stays, and the last line says what
/// goes on and for how long, and is written over.
/// </summary>
internal sealed class ProgressLines : IDisposable
{
    private readonly SortedDictionary<string, (string Text, long Since)> last = new(StringComparer.Ordinal);
    private readonly long began = TimeProvider.System.GetTimestamp();
    private readonly bool rewrites = !Console.IsErrorRedirected;
    private int written;

    /// <summary>Tells what a thing is doing now; may be told as often as one likes.</summary>
    /// <param name="name">The thing.</param>
    /// <param name="text">What it is doing, or how it ended.</param>
    /// <param name="goesOn">Whether it still does it.</param>
    public void Tell(string name, string text, bool goesOn)
    {
        var changed = !last.TryGetValue(name, out var before) || before.Text != text;
        if (changed)
        {
            last[name] = (text, TimeProvider.System.GetTimestamp());
        }

        if (!rewrites)
        {
            if (changed)
            {
                Answer.Progress($"{name}: {text}");
            }
        }
        else if (!goesOn && changed)
        {
            Clear();
            Answer.Progress($"{name}: {text}");
        }
        else if (goesOn)
        {
            Clear();
            Write($"{name}: {text} ({Elapsed(last[name].Since)}; {Elapsed(began)} in all)");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>A duration as people read it off a clock: <c>0:07</c>, <c>12:30</c>, <c>1:02:03</c>.</summary>
    internal static string Clock(TimeSpan time) => time.ToString(time.TotalHours < 1 ? "m\\:ss" : "h\\:mm\\:ss", CultureInfo.InvariantCulture);

    private static string Elapsed(long since) => Clock(TimeProvider.System.GetElapsedTime(since));

    private void Write(string line)
    {
        // A line that the terminal breaks in two would not be written over whole.
        var shown = line[..Math.Min(line.Length, Math.Max(20, Console.WindowWidth - 1))];
        Console.Error.Write(shown);
        written = shown.Length;
    }

    private void Clear()
    {
        if (written > 0)
        {
            Console.Error.Write($"\r{new string(' ', written)}\r");
            written = 0;
        }
    }
}
