using System.Text;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>The report beside the predictions.</summary>
public sealed class ReportTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_report_is_published_with_the_predictions_and_the_manifest_has_its_hash()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.SettledAsync("initial", "20201001");

        var manifest = await system.ManifestAsync("20201001");
        var page = await ArrivalSystem.ReadAsync(system.Account.Output, manifest.Report!);
        var document = (await system.DocumentAsync(manifest.RunId))!;

        Assert.Equal("credit/pred_20201001.report.html", manifest.Report);
        Assert.Equal(manifest.ReportSha256, ContentHash.Of(page));
        Assert.Equal(page, await ArrivalSystem.ReadAsync(system.Account.Artifacts, $"credit/runs/{manifest.RunId}/report.html"));
        Assert.Contains(manifest.Report, document.Outputs);
        var text = Encoding.UTF8.GetString(page);
        Assert.Contains(manifest.RunId, text, StringComparison.Ordinal);
        Assert.Contains(manifest.PredictionsSha256, text, StringComparison.Ordinal);
        Assert.Contains("id=\"drift\"", text, StringComparison.Ordinal);
        foreach (var step in manifest.Steps)
        {
            Assert.Contains(step.Key, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<!--run-->", text, StringComparison.Ordinal);
    }
}
