using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Bad rows come back to be fixed.</summary>
public sealed class QuarantineTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Of_a_thousand_rows_with_37_bad_ones_963_are_used_and_the_others_come_back_corrected_once()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\nquarantine: 0.05\n");
        await system.DropAsync("initial");
        var etag = await system.DropAsync("20201001", Spoilt(37));
        var ledger = await system.SettledAsync("initial", "20201001");

        Assert.All(ledger.Runs, r => Assert.Equal(RunState.Succeeded, r.State));
        Assert.Equal(964, (await system.PredictionsAsync("20201001")).Count(b => b == '\n'));
        Assert.Equal(963, ledger.Current("20201001")!.Rows);
        var name = $"credit/20201001.{etag}.quarantine.csv";
        var file = await ArrivalSystem.ReadAsync(system.Account.Rejected, name);
        var rows = QuarantineFile.Read(new MemoryStream(file)).Rows;
        Assert.Equal(37, rows.Count);
        Assert.Equal(37, rows.Select(r => r.Line).Distinct().Count());
        Assert.All(rows, r => Assert.Contains(",much,", r.Text, StringComparison.Ordinal));
        Assert.Contains("INCOME", (await system.DocumentAsync(ledger.Runs.Single(r => r.Period == "20201001").RunId))!.Warnings.Select(w => w.ColumnName));

        // A person corrects the file and drops it under the name that it has; then again, and under another name.
        var corrected = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file).Replace(",much,", ",55,", StringComparison.Ordinal));
        await system.DropAsync($"20201001.{etag}.quarantine", corrected);
        await system.UntilAsync(l => l.Published("20201001")?.DropRevision == 2, "the corrected rows are published");
        var again = await system.DropAsync($"20201001.{etag}.quarantine", corrected);
        var other = await system.DropAsync("20201001.quarantine", corrected);
        await system.UntilAsync(l => Ended(l, again) && Ended(l, other), "the repeated drops were received");
        ledger = await system.SettledAsync("20201001");

        var predicted = Encoding.UTF8.GetString(await system.PredictionsAsync("20201001")).TrimEnd('\n').Split('\n');
        Assert.Equal(1001, predicted.Length);
        Assert.Equal(1000, predicted.Skip(1).Select(line => line.Split(',')[0]).Distinct().Count());
        Assert.Equal(1000, ledger.Current("20201001")!.Rows);
        Assert.Equal(2, ledger.Drops.Count(d => d.Period == "20201001"));
        Assert.Equal([RunState.Unchanged, RunState.Unchanged], ledger.Runs.Where(r => r.ETag == again || r.ETag == other).Select(r => r.State));
    }

    [Fact]
    public async Task Above_the_share_of_the_definition_the_file_is_refused_whole()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\nquarantine: 0.03\n");
        await system.DropAsync("initial");
        var bytes = Spoilt(37);
        var etag = await system.DropAsync("20201001", bytes);
        var ledger = await system.SettledAsync("initial", "20201001");

        Assert.Equal(RunState.Rejected, ledger.Runs.Single(r => r.Period == "20201001").State);
        Assert.Equal(bytes, await ArrivalSystem.ReadAsync(system.Account.Rejected, $"credit/20201001.{etag}.csv"));
    }

    private static bool Ended(Ledger ledger, string etag) => ledger.Runs.Any(r => r.ETag == etag && r.State != RunState.Active);

    private static byte[] Spoilt(int bad)
    {
        var lines = Encoding.UTF8.GetString(SmallCase.File("20201001", rows: 1000)).TrimEnd('\n').Split('\n');
        for (var i = 0; i < bad; i++)
        {
            var cells = lines[1 + (i * 27)].Split(',');
            cells[2] = "much";
            lines[1 + (i * 27)] = string.Join(',', cells);
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
    }
}
