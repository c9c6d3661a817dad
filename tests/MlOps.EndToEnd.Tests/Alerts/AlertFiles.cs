using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>One alert as infra/app/alerts.bicep says it.</summary>
internal sealed record Alert(string Name, int Severity, string Window, string? QueryFile, string? GroupedBy, string? Metric, long Above, string Text);

/// <summary>The alerts of infra/, read as text.</summary>
internal static partial class AlertFiles
{
    public static string Bicep { get; } = File.ReadAllText(Path.Combine(Shared.Repository, "infra", "app", "alerts.bicep"));

    public static IReadOnlyList<Alert> All { get; } = [.. QueryAlert().Matches(Bicep).Select(Read), .. MetricAlert().Matches(Bicep).Select(Read)];

    public static string Query(string alert) => Path.Combine(Shared.Repository, "infra", "alerts", alert + ".kql");

    private static Alert Read(Match match)
    {
        var groups = match.Groups;
        return new Alert(
            groups["name"].Value, int.Parse(groups["severity"].Value), groups["window"].Value, groups["file"].Success ? groups["file"].Value : null,
            groups["by"].Success ? groups["by"].Value : null, groups["metric"].Success ? groups["metric"].Value : null,
            groups["above"].Success ? long.Parse(groups["above"].Value) : 0, groups["text"].Value);
    }

    [GeneratedRegex(@"^  \{ name: '(?<name>[a-z-]+)', severity: (?<severity>\d), every: '\w+', window: '(?<window>\w+)', by: '(?<by>\w+)', query: loadTextContent\('\.\./alerts/(?<file>[a-z-]+\.kql)'\), text: '(?<text>.+)' \}$", RegexOptions.Multiline)]
    private static partial Regex QueryAlert();

    [GeneratedRegex(@"^  \{ name: '(?<name>[a-z-]+)', severity: (?<severity>\d), metric: '(?<metric>\w+)', above: (?<above>\d+), every: '\w+', window: '(?<window>\w+)', text: '(?<text>.+)' \}$", RegexOptions.Multiline)]
    private static partial Regex MetricAlert();
}
