using System.Text.Json;

namespace MlOps.Functions.Hosting;

/// <summary>How long the host lets a function run, and what that leaves an activity.</summary>
internal static class HostTimeout
{
    private const string Directory = "FUNCTIONS_APPLICATION_DIRECTORY";
    private const string Setting = "AzureFunctionsJobHost__functionTimeout";

    // Where nothing is said, nobody ends a function.
    private static readonly TimeSpan Otherwise = TimeSpan.FromHours(12);

    /// <summary>The deadline of activities in this process.</summary>
    public static TimeSpan ActivityDeadline { get; } = Below(Environment.GetEnvironmentVariable(Setting) ?? InHostJson(Environment.GetEnvironmentVariable(Directory) ?? AppContext.BaseDirectory));

    /// <summary>A twentieth, at least half a minute, below a time-out, so that an activity ends by itself and says why.</summary>
    /// <param name="functionTimeout">The time-out as host.json has it.</param>
    public static TimeSpan Below(string? functionTimeout)
    {
        if (!TimeSpan.TryParse(functionTimeout, System.Globalization.CultureInfo.InvariantCulture, out var timeout) || timeout <= TimeSpan.Zero)
        {
            return Otherwise;
        }

        var margin = timeout / 20 > TimeSpan.FromSeconds(30) ? timeout / 20 : TimeSpan.FromSeconds(30);
        return timeout > 2 * margin ? timeout - margin : timeout / 2;
    }

    private static string? InHostJson(string folder)
    {
        var file = Path.Combine(folder, "host.json");
        if (!File.Exists(file))
        {
            return null;
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return json.RootElement.TryGetProperty("functionTimeout", out var timeout) ? timeout.GetString() : null;
    }
}
