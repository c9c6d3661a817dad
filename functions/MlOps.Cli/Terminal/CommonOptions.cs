using System.CommandLine;

namespace MlOps.Cli.Terminal;

/// <summary>Options that several commands take, each meaning the same everywhere.</summary>
internal static class CommonOptions
{
    /// <summary>Where the local account's data lies when nothing else is said.</summary>
    public const string DefaultDataFolder = ".mlops";

    public static Option<bool> Json() => new("--json")
    {
        Description = "Print one JSON document on stdout and nothing else there.",
    };

    public static Option<bool> Wide() => new("--wide")
    {
        Description = "Every row of the table in one line, however wide the terminal is.",
    };

    public static Option<string?> Where() => new("--where")
    {
        Description = "Only those that fit: comparisons (= != < <= > >= and ~, holds the text) of metrics, parameters, tag, note, state, period and the like, joined by and, or, not and brackets; a word alone asks for whatever says it.",
        HelpName = "SEARCH",
    };

    public static Option<string?> Connection() => new("--connection")
    {
        Description = "Storage account: a connection string, or the https address of its blob service (then signed in by Azure identity). Default: the variable MLOPS_CONNECTION, else the local account under --data.",
        HelpName = "CS",
    };

    public static Option<string> Data() => new("--data")
    {
        Description = "Folder of the local account, where `mlops up` keeps its data.",
        HelpName = "DIR",
        DefaultValueFactory = _ => DefaultDataFolder,
    };

    /// <summary>A time, ISO alone; without a zone it is UTC.</summary>
    /// <param name="name">Name of the option.</param>
    /// <param name="description">What it is for.</param>
    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (MlOps.Storage.IsoTime.TryParse(result.Tokens[0].Value, out var time))
            {
                return time;
            }

            result.AddError($"'{result.Tokens[0].Value}' is not a time for {name}: {MlOps.Storage.IsoTime.Form}.");
            return null;
        },
    };
}
