using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Promotions that a person must approve: the run waits, the person is told how to answer, and the answer is kept.</summary>
public sealed class ApprovalTests(AzuriteFixture azurite)
{
    private const string Manual = SmallCase.Definition + "\npromote: {rule: always, approval: manual, timeout: TIME}";

    [Fact]
    public async Task A_promotion_waits_for_a_person_who_is_told_and_the_answer_decides()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: Manual.Replace("TIME", "3d", StringComparison.Ordinal));
        foreach (var period in SmallCase.Months.Prepend("initial"))
        {
            await system.DropAsync(period);
        }

        // The first model needs nobody; the second asks, and the third waits behind it.
        var steering = system.Get<Steering>();
        var second = await AskedAsync(system, "20201101");
        var first = (await system.ManifestAsync("20201001")).ModelVersion;
        var notice = await system.NoticeAsync(second.RunId + ".approval");
        Assert.Equal(($"mlops approve {second.RunId}", "promote"), (notice.Command, notice.Step));
        Assert.Contains($"whether model {second.Challenger} replaces the champion {first}", notice.Summary, StringComparison.Ordinal);
        Assert.Contains($"mlops reject {second.RunId}", notice.Summary, StringComparison.Ordinal);
        Assert.Equal(first, (await ChampionAsync(system)).Champion);

        await steering.AnswerAsync(ArrivalSystem.Name, RunId.Parse(second.RunId), approve: true, "ann");
        var third = await AskedAsync(system, "20201201");
        Assert.Equal((second.Challenger, second.Challenger), ((await ChampionAsync(system)).Champion, (await system.ManifestAsync("20201101")).ModelVersion));
        await steering.AnswerAsync(ArrivalSystem.Name, RunId.Parse(third.RunId), approve: false, "bob", "not before the audit");
        await system.SettledAsync(SmallCase.Months);

        var aliases = await ChampionAsync(system);
        Assert.Equal(second.Challenger, aliases.Champion);
        Assert.Equal(second.Challenger, (await system.ManifestAsync("20201201")).ModelVersion);
        Assert.EndsWith("approved by ann", aliases.History[^2].Reason, StringComparison.Ordinal);
        Assert.EndsWith("rejected by bob (not before the audit)", aliases.History[^1].Reason, StringComparison.Ordinal);
        Assert.Contains("rejected by bob", (await system.NoticeAsync(third.RunId)).Summary, StringComparison.Ordinal);

        // The first answer stands.
        var late = await Assert.ThrowsAsync<SteeringException>(() => steering.AnswerAsync(ArrivalSystem.Name, RunId.Parse(third.RunId), approve: true, "eve"));
        Assert.Contains("rejected by bob", late.Message, StringComparison.Ordinal);
        Assert.Equal(ApprovalState.Rejected, (await system.Get<ApprovalStore>().OfRunAsync(ArrivalSystem.Name, RunId.Parse(third.RunId)))[0].State);
    }

    [Fact]
    public async Task A_promotion_that_nobody_answers_in_time_keeps_the_champion_and_says_so_and_is_not_asked_again()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: Manual.Replace("TIME", "2s", StringComparison.Ordinal));
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("20201101", SmallCase.File("20201101", labelled: false));
        var ledger = await system.SettledAsync("initial", "20201001", "20201101");

        var first = (await system.ManifestAsync("20201001")).ModelVersion;
        var run = ledger.Runs.Single(r => r.Period == "20201101").RunId;
        Assert.Equal((first, first), ((await ChampionAsync(system)).Champion, (await system.ManifestAsync("20201101")).ModelVersion));
        Assert.Contains($"The champion {first} stays", (await system.NoticeAsync(run)).Summary, StringComparison.Ordinal);
        Assert.Contains("nobody answered by", (await ChampionAsync(system)).History[^1].Reason, StringComparison.Ordinal);

        await system.DropAsync("20201101");
        await system.UntilAsync(l => l.Runs.Count > ledger.Runs.Count, "the labels arrived");
        ledger = await system.SettledAsync();
        Assert.DoesNotContain($"{ArrivalSystem.Pipeline}/{ledger.Runs[^1].RunId}.approval.json", await ArrivalSystem.NamesAsync(system.Account.Notifications));
    }

    [Fact]
    public async Task Labels_that_come_while_a_run_waits_for_a_person_ask_again_for_the_same_model()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: Manual.Replace("TIME", "3d", StringComparison.Ordinal));
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("20201101", SmallCase.File("20201101", labelled: false));
        var first = await AskedAsync(system, "20201101");
        await system.DropAsync("20201101");
        var ledger = await system.UntilAsync(l => l.FindRun(first.RunId)!.State == RunState.Superseded, "the run with labels takes over");

        var second = ledger.Runs.Last(r => r.Period == "20201101").RunId;
        while (!await system.Account.Notifications.GetBlobClient($"{ArrivalSystem.Pipeline}/{second}.approval.json").ExistsAsync())
        {
            await Task.Delay(Patience.Pause);
        }

        var answered = await system.Get<Steering>().AnswerAsync(ArrivalSystem.Name, RunId.Parse(second), approve: true, "ann");
        await system.SettledAsync();
        Assert.Equal(first.Challenger, answered.Challenger);
        Assert.Equal(first.Challenger, (await system.ManifestAsync("20201101")).ModelVersion);
    }

    private static async Task<ApprovalRecord> AskedAsync(ArrivalSystem system, string period)
    {
        ApprovalRecord? asked = null;
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (asked is null)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(Patience.Pause, limit.Token);
            if ((await system.LedgerAsync()).Runs.FirstOrDefault(r => r.Period == period) is { } run
                && await system.Account.Notifications.GetBlobClient($"{ArrivalSystem.Pipeline}/{run.RunId}.approval.json").ExistsAsync(limit.Token))
            {
                asked = (await system.Get<ApprovalStore>().OfRunAsync(ArrivalSystem.Name, RunId.Parse(run.RunId))).FirstOrDefault();
            }
        }

        return asked;
    }

    private static Task<Aliases> ChampionAsync(ArrivalSystem system) => system.Get<AliasStore>().ReadAsync(ArrivalSystem.Name);
}
