using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>Each alert reaches somebody and says what to do.</summary>
public sealed class AlertWiringTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Shared.Repository, "infra", "README.md"));

    [Fact]
    public void Every_alert_of_the_design_is_there()
    {
        string[] wanted =
        [
            "failed-run", "silent-run", "dead-letters", "undelivered-events", "delivery-failures", "dropped-events", "missing-period", "performance-fell", "drift-high",
            "promotion-refused", "api-errors", "api-latency",
        ];
        Assert.Equal(wanted.Order(StringComparer.Ordinal), AlertFiles.All.Select(a => a.Name).Order(StringComparer.Ordinal));
        Assert.All(AlertFiles.All, a => Assert.InRange(a.Severity, 0, 3));
        Assert.All(AlertFiles.All, a => Assert.True(a.QueryFile is not null ^ a.Metric is not null));

        // Nothing that looks like an alert has escaped the reading.
        Assert.Equal(AlertFiles.All.Count, Regex.Matches(AlertFiles.Bicep, @"severity: \d").Count);
    }

    [Fact]
    public void Every_query_file_belongs_to_the_alert_of_its_name_and_gives_the_column_that_it_is_grouped_by()
    {
        var files = Directory.GetFiles(Path.Combine(Shared.Repository, "infra", "alerts")).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(AlertFiles.All.Select(a => a.QueryFile).OfType<string>().Order(StringComparer.Ordinal), files!);
        foreach (var alert in AlertFiles.All.Where(a => a.QueryFile is not null))
        {
            Assert.Equal(alert.Name + ".kql", alert.QueryFile);
            Assert.Matches($@"\| project [^|]*\b{alert.GroupedBy}\b[^|]*$", File.ReadAllText(AlertFiles.Query(alert.Name)));
        }
    }

    [Fact]
    public void No_window_is_longer_than_an_alert_may_look_and_none_shorter_than_its_query()
    {
        foreach (var alert in AlertFiles.All.Where(a => a.QueryFile is not null))
        {
            var window = System.Xml.XmlConvert.ToTimeSpan(alert.Window);
            Assert.True(window <= TimeSpan.FromDays(2), alert.Name);
            var since = Regex.Match(File.ReadAllText(AlertFiles.Query(alert.Name)), @"TimeGenerated > ago\((?<n>\d+)(?<unit>[mhd])\)");
            var n = int.Parse(since.Groups["n"].Value);
            Assert.Equal(window, since.Groups["unit"].Value switch { "m" => TimeSpan.FromMinutes(n), "h" => TimeSpan.FromHours(n), _ => TimeSpan.FromDays(n) });
        }
    }

    [Fact]
    public void Every_alert_goes_to_the_action_group_and_links_to_a_section_of_the_runbook_that_exists()
    {
        Assert.Equal(2, Regex.Matches(AlertFiles.Bicep, @"for alert in (query|metric)Alerts").Count);
        Assert.Contains("actionGroups: [actionGroup.id]", AlertFiles.Bicep, StringComparison.Ordinal);
        Assert.Contains("actionGroupId: actionGroup.id", AlertFiles.Bicep, StringComparison.Ordinal);
        Assert.Equal(4, Regex.Matches(AlertFiles.Bicep, Regex.Escape("${runbookUrl}#${alert.name}")).Count);

        // The anchor of a heading is its text in lower case with hyphens for spaces.
        var anchors = Regex.Matches(Readme, @"^#+ (?<text>.+)$", RegexOptions.Multiline).Select(m => Regex.Replace(m.Groups["text"].Value.ToLowerInvariant(), @"[^a-z0-9 \-]", "").Replace(' ', '-')).ToList();
        Assert.Empty(AlertFiles.All.Select(a => a.Name).Where(name => anchors.Count(a => a == name) != 1));
    }
}
