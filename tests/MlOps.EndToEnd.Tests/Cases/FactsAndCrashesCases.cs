using System.Text;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Cases;

/// <summary>
/// Files that once ended in a crash or told something that is not so, through the whole product. Each case says what it saw. The files lie in ../shared/cases;
/// without that folder the cases are skipped with the reason.
/// </summary>
public sealed class FactsAndCrashesCases(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_column_that_is_missing_in_a_period_and_never_was_before_is_told()
    {
        await using var system = await StartAsync("07-missing-at-predict", "c07.yaml");
        await DropAsync(system, "07-missing-at-predict", "initial", "20240101", "20240201");
        var ledger = await system.SettledAsync("initial", "20240101", "20240201");

        var told = new List<string>();
        foreach (var run in ledger.Runs)
        {
            var document = (await system.DocumentAsync(run.RunId))!;
            Saw($"{run.Period}: {run.State} {run.Reason}; {string.Join(" | ", document.Warnings.Concat(document.Errors).Select(f => f.Message))}");
            told.AddRange(document.Warnings.Concat(document.Errors).Select(f => f.Message));
        }

        Assert.Contains(told, m => m.Contains("INCOME", StringComparison.Ordinal) && m.Contains("missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Odd_column_names_reach_the_model_and_the_predictions()
    {
        await using var system = await StartAsync("08-feature-names", "c08.yaml");
        await DropAsync(system, "08-feature-names", "initial", "20240101");
        await system.SettledAsync("initial", "20240101");

        var manifest = await system.ManifestAsync("20240101");
        Saw($"{manifest.Rows} rows predicted by {manifest.ModelVersion}, test AUC {manifest.Metrics["test"]["auc"]:0.000}");
        Assert.Equal(400, manifest.Rows);
    }

    [Fact]
    public async Task A_file_that_is_overwritten_is_predicted_once_in_its_last_bytes()
    {
        await using var system = await StartAsync("14-events", "c14.yaml");
        await DropAsync(system, "14-events", "initial");
        await system.SettledAsync("initial");
        foreach (var file in new[] { "20240201b", "20240201", "20240101" })
        {
            await system.DropAsync("20240101", await BytesAsync("14-events", file + ".csv"));
        }

        var last = (await BytesAsync("14-events", "20240101.csv")).Length;
        await system.UntilAsync(l => l.Drops.Any(d => d.Period == "20240101" && d.Length == last), "the last bytes are known");
        var ledger = await system.SettledAsync("20240101");

        var runs = ledger.Runs.Where(r => r.Period == "20240101").ToArray();
        Saw($"{runs.Length} runs: {string.Join(", ", runs.Select(r => r.State))}");
        Assert.Equal((await BytesAsync("14-events", "20240101.csv")).Length, (int)ledger.Drops.Last(d => d.Period == "20240101").Length);
        Assert.Contains("\n1000,", Encoding.UTF8.GetString(await system.PredictionsAsync("20240101")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("60-rows-default", "t15o.yaml")]
    [InlineData("60-rows-holdout", "t15t.yaml")]
    [InlineData("70-rows-passes", "t15r.yaml")]
    [InlineData("constant-features", "t15p.yaml")]
    [InlineData("tune-lambda_l1", "t15k.yaml")]
    [InlineData("tune-min_data", "t15f.yaml")]
    public Task A_training_that_can_split_nothing_gives_the_mean_model_or_a_sentence(string folder, string definition) =>
        EndsInWordsAsync($"15-tuning/{folder}", definition, "20240101");

    [Theory]
    [InlineData("26-tiny-history", "m60.yaml")]
    [InlineData("27-no-usable-feature", "e15.yaml")]
    [InlineData("28-text-only", "e17.yaml")]
    public async Task A_history_from_which_nothing_can_be_learned_ends_in_plain_words_when_it_arrives(string folder, string definition)
    {
        var initial = await EndsInWordsAsync(folder, definition, "20201001");

        Assert.Contains(initial.Errors.Concat(initial.Warnings), f => f.Code is "no-usable-column" or "few-rows" or "too-few-rows");
    }

    [Fact]
    public async Task Labels_whose_ids_meet_nothing_are_told()
    {
        await using var system = await StartAsync("16-late-labels-ids", "c16.yaml");
        await DropAsync(system, "16-late-labels-ids", "initial", "20240101");
        await system.SettledAsync("initial", "20240101");
        await system.DropAsync("20240101", await BytesAsync("16-late-labels-ids", "l/20240101.csv"));
        var ledger = await system.UntilAsync(l => l.Runs.Count(r => r.Period == "20240101" && r.State == RunState.Succeeded) == 2, "the labels are measured");

        var run = (await system.DocumentAsync(ledger.Runs.Last(r => r.Period == "20240101" && r.State == RunState.Succeeded).RunId))!;
        Saw(string.Join(" | ", run.Warnings.Select(w => w.Message)));
        var told = Assert.Single(run.Warnings, w => w.Code == "labels-meet-nothing");
        Assert.Contains("'2000' against '002000'", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_without_a_zone_is_UTC_and_only_ISO_dates_are_taken()
    {
        _ = Shared.DataPath("cases", "21-time-zone");
        Assert.True(IsoTime.TryParse("2026-11-28T15:26:30", out var time));
        Saw($"2026-11-28T15:26:30 is {time:O} under TZ={Environment.GetEnvironmentVariable("TZ")}; 01/12/2026 is {(IsoTime.TryParse("01/12/2026", out _) ? "taken" : "refused")}");
        Assert.Equal(new DateTimeOffset(2026, 11, 28, 15, 26, 30, TimeSpan.Zero), time);
        Assert.False(IsoTime.TryParse("01/12/2026", out _));
    }

    [Fact]
    public async Task An_open_end_date_stops_no_sweep()
    {
        await using var system = await StartAsync("23-open-end-date", "p.yaml");
        await DropAsync(system, "23-open-end-date", "initial", "20201001", "20201101", "99991231");
        await system.SettledAsync("initial", "20201001", "20201101", "99991231");

        var swept = await system.Get<Sweep>().RunAsync();

        Saw($"{swept.Files} files, troubles: {(swept.Troubles.Count == 0 ? "none" : string.Join(", ", swept.Troubles.Select(t => t.Reason)))}");
        Assert.Empty(swept.Troubles);
    }

    private async Task<RunDocument> EndsInWordsAsync(string folder, string definition, string period)
    {
        await using var system = await StartAsync(folder, definition);
        await DropAsync(system, folder, "initial");
        var ledger = await system.SettledAsync("initial");
        var initial = (await system.DocumentAsync(ledger.Runs[0].RunId))!;
        Saw($"initial: {initial.State}; {string.Join(" | ", initial.Errors.Concat(initial.Warnings).Select(f => f.Message))}");
        if (initial.State == RunState.Succeeded)
        {
            await DropAsync(system, folder, period);
            ledger = await system.SettledAsync(period);
            var run = (await system.DocumentAsync(ledger.Runs.Last(r => r.Period == period).RunId))!;
            Saw($"{period}: {run.State} {run.Reason} {run.Promotion?.Verdict.Reason}");
            Assert.DoesNotContain("Index was", run.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("cannot be greater", run.Reason, StringComparison.Ordinal);
            Assert.Equal(RunState.Succeeded, run.State);
        }
        else
        {
            Assert.Equal(RunState.Rejected, initial.State);
        }

        return initial;
    }

    private Task<ArrivalSystem> StartAsync(string folder, string definition) =>
        ArrivalSystem.StartAsync(azurite, definition: File.ReadAllText(Path.Combine(Shared.DataPath("cases"), folder, definition)));

    private static Task<byte[]> BytesAsync(string folder, string file) => File.ReadAllBytesAsync(Path.Combine(Shared.DataPath("cases"), folder, file));

    private static async Task DropAsync(ArrivalSystem system, string folder, params string[] periods)
    {
        foreach (var period in periods)
        {
            await system.DropAsync(period, await BytesAsync(folder, period + ".csv"));
        }
    }

    private static void Saw(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
