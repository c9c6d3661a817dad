using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;
using MlOps.Web.Runs;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Side tables from the drop to the predictions, on the real thing.</summary>
public sealed class SideTableTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Random_orders_of_arrival_of_main_and_side_files_end_in_the_same_bytes()
    {
        // Six in the suite; MLOPS_ORDERS says how many.
        var orders = int.Parse(Environment.GetEnvironmentVariable("MLOPS_ORDERS") ?? "6", CultureInfo.InvariantCulture);
        string? expected = null;
        for (var seed = 0; seed < orders; seed++)
        {
            string[] order = [.. SideCase.Files];
            new Random(seed).Shuffle(order);
            await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition);
            // Some orders with a pause, in which runs begin and even publish with what is there.
            var pauseAfter = seed % 4 == 0 ? 1 + (seed % 5) : -1;
            for (var i = 0; i < order.Length; i++)
            {
                await system.DropAsync(order[i], SideCase.File(order[i]));
                if (i == pauseAfter)
                {
                    await SettledAsync(system, order[..(i + 1)]);
                }
            }

            await SettledAsync(system, SideCase.Files);
            var found = await FinalAsync(system);
            expected ??= found;
            Assert.True(expected == found, $"seed {seed}, {string.Join(' ', order)}:\n{expected}\nbecame\n{found}");
        }
    }

    [Fact]
    public async Task A_side_file_is_part_of_what_a_run_rests_on_and_makes_its_model_better()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition);
        foreach (var file in SideCase.Files)
        {
            await system.DropAsync(file, SideCase.File(file));
        }

        await SettledAsync(system, SideCase.Files);
        var manifest = await system.ManifestAsync("20201101");
        Assert.Equal(["bureau/initial", "bureau/20201001", "bureau/20201101"], manifest.Drop.Sides!.Select(s => $"{s.Source}/{s.Period}"));
        Assert.Equal(["bureau/initial"], manifest.History[0].Sides!.Select(s => $"{s.Source}/{s.Period}"));
        Assert.Equal(["bureau/initial", "bureau/20201001"], manifest.History[1].Sides!.Select(s => $"{s.Source}/{s.Period}"));
        Assert.True(manifest.Metrics["test"]["auc"] > 0.8, $"test AUC {manifest.Metrics["test"]["auc"]}");

        var again = await system.Get<Reproducer>().RunAsync(ArrivalSystem.Name, RunId.Parse(manifest.RunId));
        Assert.True(again.IsSame, again.Difference);
        var uses = await new Lineage(system.Account).OfFileAsync(ArrivalSystem.Name, "bureau/20201001.csv", default);
        Assert.Equal(["20201001", "20201101"], uses.Select(u => u.Period).Distinct().Order());
        Assert.All(uses, u => Assert.Equal("joined", u.Use));

        await DictionaryTellsOfAsync(system);

        // Without the side table the label is noise.
        await using var without = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition.Replace(SideCase.Sources, "", StringComparison.Ordinal));
        foreach (var file in SideCase.Files.Take(3))
        {
            await without.DropAsync(file, SideCase.File(file));
        }

        await without.SettledAsync([.. SideCase.Files.Take(3)]);
        Assert.True((await without.ManifestAsync("20201101")).Metrics["test"]["auc"] < 0.7);
    }

    // What no file has is told as the model has it; against the rows of the first file, made again.
    private static async Task DictionaryTellsOfAsync(ArrivalSystem system)
    {
        var told = (await new DataDictionary(system.Account).ReadAsync(ArrivalSystem.Name, default)).ToDictionary(e => e.Column, StringComparer.Ordinal);
        var initial = (await system.Get<RebuiltFeatures>().RunAsync(ArrivalSystem.Name, Period.Parse("initial"))).Table;
        var added = initial.Columns.Where(c => c.Name is not ("ID" or "APPLIED")).Cast<NumberColumn>().ToList();
        Assert.NotEmpty(added);
        foreach (var column in added)
        {
            var entry = told[column.Name];
            Assert.Equal(("number", null), (entry.Type, entry.First));
            var there = column.Values.Where(v => !double.IsNaN(v)).ToList();
            Assert.Equal(there.Min(), double.Parse(entry.Least!, CultureInfo.InvariantCulture));
            Assert.Equal(there.Max(), double.Parse(entry.Greatest!, CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task A_side_file_that_comes_after_a_period_was_published_restates_it_and_the_former_revision_stays()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition);
        foreach (var file in new[] { "initial", "bureau/initial", "20201001" })
        {
            await system.DropAsync(file, SideCase.File(file));
        }

        await SettledAsync(system, "initial", "bureau/initial", "20201001");
        var first = await system.ManifestAsync("20201001");

        // One of a later day is none of its business.
        await system.DropAsync("bureau/20201101", SideCase.File("bureau/20201101"));
        await SettledAsync(system, "bureau/20201101");
        Assert.Equal(1, (await system.ManifestAsync("20201001")).Revision);

        await system.DropAsync("bureau/20201001", SideCase.File("bureau/20201001"));
        await SettledAsync(system, "bureau/20201001");
        var second = await system.ManifestAsync("20201001");
        Assert.Equal((1, 2), (first.Revision, second.Revision));
        Assert.NotEqual(first.PredictionsSha256, second.PredictionsSha256);
        Assert.Equal(first.PredictionsSha256, ContentHash.Of(await ArrivalSystem.ReadAsync(system.Account.Artifacts, $"credit/runs/{first.RunId}/predictions.csv")));
        var again = await system.Get<Reproducer>().RunAsync(ArrivalSystem.Name, RunId.Parse(first.RunId));
        Assert.True(again.IsSame, again.Difference);
    }

    [Fact]
    public async Task What_was_known_then_and_what_is_known_now_can_both_be_rebuilt()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition);
        foreach (var file in SideCase.Files)
        {
            await system.DropAsync(file, SideCase.File(file));
        }

        await SettledAsync(system, SideCase.Files);
        var rebuild = system.Get<RebuiltFeatures>();
        var then = await rebuild.RunAsync(ArrivalSystem.Name, Period.Parse("20201001"));
        var sameDay = await rebuild.RunAsync(ArrivalSystem.Name, Period.Parse("20201001"), new DateTimeOffset(2020, 10, 31, 0, 0, 0, TimeSpan.Zero));
        var now = await rebuild.RunAsync(ArrivalSystem.Name, Period.Parse("20201001"), new DateTimeOffset(2020, 11, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(["ID", "APPLIED", "bureau_count_60d"], then.Table.Columns.Take(3).Select(c => c.Name));
        Assert.Equal(Bytes(then.Table), Bytes(sameDay.Table));
        // The file of November tells more of forty of them.
        Assert.NotEqual(Bytes(then.Table), Bytes(now.Table));
        Assert.Equal((2, 3), (then.Files.Count, now.Files.Count));
        Assert.Contains("has no 'sources'", (await Assert.ThrowsAsync<SteeringException>(async () =>
        {
            await using var plain = await ArrivalSystem.StartAsync(azurite, withEvents: false);
            await plain.Get<RebuiltFeatures>().RunAsync(ArrivalSystem.Name, Period.Parse("20201001"));
        })).Message, StringComparison.Ordinal);

        static byte[] Bytes(Table table)
        {
            using var bytes = new MemoryStream();
            table.Save(bytes);
            return bytes.ToArray();
        }
    }

    [Fact]
    public async Task With_restate_never_a_late_side_file_changes_a_period_only_when_it_is_run_again()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition + "restate: never\n");
        foreach (var file in new[] { "initial", "bureau/initial", "20201001" })
        {
            await system.DropAsync(file, SideCase.File(file));
        }

        await SettledAsync(system, "initial", "bureau/initial", "20201001");
        var first = await system.ManifestAsync("20201001");
        await system.DropAsync("bureau/20201001", SideCase.File("bureau/20201001"));
        await SettledAsync(system, "bureau/20201001");
        Assert.Equal(first.RunId, (await system.ManifestAsync("20201001")).RunId);

        await system.Get<Steering>().RerunAsync(ArrivalSystem.Name, RunId.Parse(first.RunId), null);
        await SettledAsync(system);
        var second = await system.ManifestAsync("20201001");
        Assert.Equal(2, second.Revision);
        Assert.Equal(["initial", "20201001"], second.Drop.Sides!.Select(s => s.Period));
    }

    [Fact]
    public async Task A_period_waits_for_the_side_file_of_its_day_where_the_definition_requires_it()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition.Replace("time: REPORTED", "time: REPORTED\n    required: true", StringComparison.Ordinal));
        foreach (var file in new[] { "initial", "bureau/initial", "20201001" })
        {
            await system.DropAsync(file, SideCase.File(file));
        }

        await system.UntilAsync(l => l.Runs.Any(r => r is { Period: "20201001", WaitsFor: "bureau/20201001.csv" }), "the period waits for its side file");
        Assert.DoesNotContain("credit/pred_20201001.csv", await ArrivalSystem.NamesAsync(system.Account.Output));
        await system.DropAsync("bureau/20201001", SideCase.File("bureau/20201001"));
        await SettledAsync(system, "20201001");
        Assert.Equal(1, (await system.ManifestAsync("20201001")).Revision);
    }

    [Fact]
    public async Task A_side_file_that_does_not_fit_is_refused_whole_told_once_and_comes_back_corrected()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SideCase.Definition);
        await system.DropAsync("initial", SideCase.File("initial"));
        var bad = Encoding.UTF8.GetBytes("CLIENT,REPORTED,DEBT,STATUS\nal000,2020-05-05,much,late\n");
        var etag = await system.DropAsync("bureau/initial", bad);
        var ledger = await SettledAsync(system, "initial", "bureau/initial");
        var side = Assert.Single(ledger.Sides!);
        Assert.Equal((RunState.Rejected, $"credit/bureau/initial.{etag}.csv"), (side.State, side.RejectedFile));
        Assert.Equal(bad, await ArrivalSystem.ReadAsync(system.Account.Rejected, side.RejectedFile!));
        Assert.DoesNotContain("credit/bureau/initial.csv", await ArrivalSystem.NamesAsync(system.Account.Input));
        var errors = JsonSerializer.Deserialize<RejectionList>(await ArrivalSystem.ReadAsync(system.Account.Rejected, side.RejectedFile![..^4] + ".errors.json"), ArtifactJson.Compact)!;
        Assert.Equal(2, Assert.Single(errors.Errors).Line);
        var notice = await system.NoticeAsync(side.RunId);
        Assert.Contains("'much' is not a number", notice.Summary, StringComparison.Ordinal);
        Assert.Equal("mlops put credit --source bureau initial.csv", notice.Command);

        await system.DropAsync("bureau/initial", SideCase.File("bureau/initial"));
        ledger = await system.UntilAsync(l => l.Sides!.Any(s => s.Verdict == Verdict.Accepted), "the corrected file is accepted");
        Assert.Equal(2, ledger.Sides!.Count);
    }

    [Fact]
    public async Task A_lost_event_of_a_side_file_is_found_by_the_sweep_and_a_folder_that_is_no_source_is_left_alone()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false, definition: SideCase.Definition);
        await system.DropAsync("bureau/initial", SideCase.File("bureau/initial"));
        await system.Get<MlOps.Pipeline.Arrival.Sweep>().RunAsync();
        await system.UntilAsync(l => l.Sides is [{ Verdict: Verdict.Accepted }], "the sweep found the file");
        Assert.Empty((await system.Get<MlOps.Pipeline.Arrival.Sweep>().RunAsync()).Started);

        await using var plain = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition);
        await plain.DropAsync("archive/20201001", SmallCase.File("20201001"));
        await plain.DropAsync("initial");
        await plain.DropAsync("20201001");
        var ledger = await plain.SettledAsync("initial", "20201001");
        Assert.Null(ledger.Sides);
        Assert.Contains("credit/archive/20201001.csv", await ArrivalSystem.NamesAsync(plain.Account.Input));
        Assert.Empty((await plain.Get<MlOps.Pipeline.Arrival.Sweep>().RunAsync()).Started);
    }

    private static async Task<Ledger> SettledAsync(ArrivalSystem system, params string[] files)
    {
        await system.UntilAsync(
            l => files.Where(f => f.Contains('/', StringComparison.Ordinal)).All(f => (l.Sides ?? []).Any(s => $"{s.Source}/{s.Period}" == f && s.State != RunState.Active)),
            "all side files are judged");
        // Periods without a history are not waited for: they wait themselves.
        return files.Contains("initial") || files.Length == 0 || (await system.LedgerAsync()).InForce("initial") is not null
            ? await system.SettledAsync([.. files.Where(f => !f.Contains('/', StringComparison.Ordinal))])
            : await system.LedgerAsync();
    }

    private static async Task<string> FinalAsync(ArrivalSystem system)
    {
        var lines = new List<string>();
        foreach (var period in SideCase.Periods)
        {
            var manifest = await system.ManifestAsync(period);
            // How predictions have turned out is said of every revision that was published, and another order publishes others.
            lines.Add($"{period}: model {manifest.ModelSha256} predictions {ContentHash.Of(await system.PredictionsAsync(period))} {string.Join(' ', manifest.Steps.Where(s => s.Name is not ("validate" or "performance" or "report")).Select(s => s.Key))}");
        }

        return string.Join('\n', lines);
    }
}
