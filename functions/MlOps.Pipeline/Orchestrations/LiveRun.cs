using System.Text.Json.Serialization;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// What a run that goes on tells of itself: the custom status of its orchestration, on whatever engine. Platforms keep it small, so that it has the latest lines and
/// trials only; the run's document has all of them at the end.
/// </summary>
/// <param name="Stage">What it does or waits for now.</param>
/// <param name="Since">Since when.</param>
/// <param name="Rows">Data rows of its file; <see langword="null"/> before they are counted.</param>
/// <param name="Log">The latest lines of its log, with the time of each.</param>
/// <param name="Search">The search for parameters; <see langword="null"/> before it begins.</param>
/// <param name="Steps">The latest steps that have ended, in the order in which they did, trials apart; <see langword="null"/> where none has.</param>
public sealed record LiveRun(
    [property: JsonPropertyName("stage")] string Stage,
    [property: JsonPropertyName("since")] DateTimeOffset Since,
    [property: JsonPropertyName("rows")] long? Rows,
    [property: JsonPropertyName("log")] IReadOnlyList<LiveLine> Log,
    [property: JsonPropertyName("search")] LiveSearch? Search,
    [property: JsonPropertyName("steps"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LiveStep>? Steps = null)
{
    /// <summary>Lines that are told.</summary>
    public const int LinesMax = 24;

    /// <summary>Steps that are told. With the longest lines and all trials it stays below the 16 KiB of UTF-16 that Durable Functions allows.</summary>
    public const int StepsMax = 20;

    /// <summary>Trials that are told.</summary>
    public const int TrialsMax = 100;

    /// <summary>Longest text of a line.</summary>
    public const int LineMax = 90;
}

/// <summary>A line of a run's log.</summary>
/// <param name="Time">When it began.</param>
/// <param name="Text">What began, shortened.</param>
public sealed record LiveLine([property: JsonPropertyName("time")] DateTimeOffset Time, [property: JsonPropertyName("text")] string Text);

/// <summary>A step that has ended; what it read, found and made is in its record under the key.</summary>
/// <param name="Key">Content key.</param>
/// <param name="Seconds">Time that it took this time, in seconds.</param>
/// <param name="Skipped">Whether its result was there already.</param>
public sealed record LiveStep(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("seconds")] double Seconds,
    [property: JsonPropertyName("skipped"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Skipped = false)
{
    /// <summary>Name of the step.</summary>
    [JsonIgnore]
    public string Name => Key[..Math.Max(0, Key.LastIndexOf('-'))];
}

/// <summary>How far a search for parameters has come.</summary>
/// <param name="Began">When it began.</param>
/// <param name="Planned">Trials that the definition asks for; 0 where it is not known.</param>
/// <param name="Ended">Trials that have ended.</param>
/// <param name="Best">The best value so far.</param>
/// <param name="BestTrial">The trial that has it.</param>
/// <param name="Metric">Name of the value.</param>
/// <param name="HigherIsBetter">Whether larger values are better.</param>
/// <param name="Trials">The latest trials in the order of their numbers.</param>
public sealed record LiveSearch(
    [property: JsonPropertyName("began")] DateTimeOffset Began,
    [property: JsonPropertyName("planned")] int Planned,
    [property: JsonPropertyName("ended")] int Ended,
    [property: JsonPropertyName("best")] double? Best,
    [property: JsonPropertyName("bestTrial")] int? BestTrial,
    [property: JsonPropertyName("metric")] string? Metric,
    [property: JsonPropertyName("higherIsBetter")] bool HigherIsBetter,
    [property: JsonPropertyName("trials")] IReadOnlyList<LiveTrial> Trials);

/// <summary>A trial that has ended.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Value">Its value, to six digits behind the point; <see langword="null"/> where it was pruned.</param>
public sealed record LiveTrial([property: JsonPropertyName("n")] int Number, [property: JsonPropertyName("v")] double? Value);
