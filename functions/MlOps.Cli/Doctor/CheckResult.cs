namespace MlOps.Cli.Doctor;

/// <summary>How a thing stands that the program needs.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The program works; something that it can do does not.</summary>
    Warning,

    /// <summary>The program cannot work like this.</summary>
    Failed,
}

/// <summary>What was found of one thing that the program needs.</summary>
/// <param name="What">The thing, in a word or two.</param>
/// <param name="Health">How it stands.</param>
/// <param name="Found">What was found.</param>
/// <param name="Next">What to do, where something is to be done.</param>
internal sealed record CheckResult(string What, Health Health, string Found, string? Next = null)
{
    public static CheckResult Ok(string what, string found) => new(what, Health.Ok, found);

    public static CheckResult Warning(string what, string found, string next) => new(what, Health.Warning, found, next);

    public static CheckResult Failed(string what, string found, string next) => new(what, Health.Failed, found, next);
}
