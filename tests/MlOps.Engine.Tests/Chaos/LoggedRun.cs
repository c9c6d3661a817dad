namespace MlOps.Engine.Tests.Chaos;

/// <summary>A line of a worker's log.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="What">start or end.</param>
/// <param name="Activity">Instance and number.</param>
/// <param name="Run">The run.</param>
internal sealed record LoggedRun(DateTime At, string What, string Activity, string Run)
{
    /// <summary>All lines of all workers, in order of time.</summary>
    /// <param name="log">Beginning of the files' names.</param>
    public static IReadOnlyList<LoggedRun> ReadAll(string log) =>
        [.. Directory.GetFiles(Path.GetDirectoryName(log)!, Path.GetFileName(log) + ".*").SelectMany(File.ReadAllLines).Select(Parse).OrderBy(run => run.At)];

    private static LoggedRun Parse(string line)
    {
        var parts = line.Split(' ');
        return new LoggedRun(new DateTime(long.Parse(parts[0]), DateTimeKind.Utc), parts[1], $"{parts[2]} {parts[3]}", parts[4]);
    }
}
