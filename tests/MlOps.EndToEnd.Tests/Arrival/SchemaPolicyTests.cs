using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Schema policy is chosen, never silent.</summary>
public sealed class SchemaPolicyTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("add", RunState.Succeeded)]
    [InlineData("rescue", RunState.Succeeded)]
    [InlineData("ignore", RunState.Succeeded)]
    [InlineData("fail", RunState.Rejected)]
    public async Task A_period_with_an_added_a_missing_a_renamed_and_a_retyped_column_has_the_outcome_of_the_policy(string policy, RunState outcome)
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: $"{SmallCase.Definition}\nschema: {policy}\nmonitor: {{incidents: tell}}\n");
        await system.DropAsync("initial");
        var etag = await system.DropAsync("20201001", Changed());
        var ledger = await system.SettledAsync("initial", "20201001");

        var run = ledger.Runs.Single(r => r.Period == "20201001");
        Assert.Equal(outcome, run.State);
        string[] codes = ["added-column", "missing-column", "renamed-column", "retyped-column"];
        if (outcome == RunState.Rejected)
        {
            var reasons = Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Rejected, $"credit/20201001.{etag}.errors.json"));
            Assert.All(codes, code => Assert.Contains($"\"{code}\"", reasons, StringComparison.Ordinal));
            return;
        }

        var document = (await system.DocumentAsync(run.RunId))!;
        Assert.All(codes, code => Assert.Contains(document.Warnings, w => w.Code == code));
        Assert.Equal(201, (await system.PredictionsAsync("20201001")).Count(b => b == '\n'));
        var names = await ArrivalSystem.NamesAsync(system.Account.Artifacts, "credit/steps/");
        var rescued = names.SingleOrDefault(n => n.EndsWith("/rescued.csv", StringComparison.Ordinal));
        Assert.Equal(policy == "rescue", rescued is not null);
        if (rescued is not null)
        {
            var rows = CsvFile.ReadRecords(new MemoryStream(await ArrivalSystem.ReadAsync(system.Account.Artifacts, rescued))).ToList();
            Assert.Equal(201, rows.Count);
            Assert.All(rows.Skip(1), r => Assert.Contains("\"REGION\":\"north\"", r[2], StringComparison.Ordinal));
        }

        // The added column is a feature of the periods after, where the policy says so.
        await system.DropAsync("20201101");
        ledger = await system.SettledAsync("20201101");
        Assert.Equal(RunState.Succeeded, ledger.Runs.Single(r => r.Period == "20201101").State);
        var features = (await system.DocumentAsync(ledger.Runs.Single(r => r.Period == "20201101").RunId))!.Warnings.Where(w => w.Code == "absent-column").Select(w => w.ColumnName);
        Assert.Equal(policy == "add", features.Contains("REGION"));
    }

    /// <summary>REGION is new, DEBT is gone, CONTRACT is called CONTRACTS, and INCOME is written in words.</summary>
    private static byte[] Changed()
    {
        var records = CsvFile.ReadRecords(new MemoryStream(SmallCase.File("20201001"))).ToList();
        using var stream = new MemoryStream();
        using (var writer = new CsvWriter(stream))
        {
            for (var r = 0; r < records.Count; r++)
            {
                for (var c = 0; c < records[r].Length; c++)
                {
                    var name = records[0][c];
                    if (name != "DEBT")
                    {
                        writer.Write(r == 0 ? (name == "CONTRACT" ? "CONTRACTS" : name) : name == "INCOME" ? $"about {records[r][c]}" : records[r][c]);
                    }
                }

                writer.Write(r == 0 ? "REGION" : "north");
                writer.EndRecord();
            }
        }

        return stream.ToArray();
    }
}
