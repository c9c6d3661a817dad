using System.Globalization;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Hosting;

/// <summary>How many files and connections the system lets this process have open at once.</summary>
internal static class OpenFiles
{
    // With 256 not even all parts of the program can be opened.
    private const int Fewest = 512;

    /// <summary>Refuses a start that would fail in the middle, wherever the last file happens to be opened.</summary>
    /// <exception cref="CommandException">The limit is too low.</exception>
    public static void Require()
    {
        if (Limit() is { } limit and < Fewest)
        {
            throw new CommandException($"this process may have only {limit} files and connections open at once; the server needs {Fewest}. Run `ulimit -n 4096` first, or have the limit raised.");
        }
    }

    private static int? Limit()
    {
        const string name = "Max open files";
        try
        {
            return OperatingSystem.IsLinux()
                && File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
                && int.TryParse(line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
