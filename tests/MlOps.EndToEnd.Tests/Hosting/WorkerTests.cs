using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.WorkerDouble;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The reference pipeline in the published worker, as the Functions host runs it.</summary>
[Collection(PublishedAppCollection.Name)]
public sealed class WorkerTests(PublishedApp published, AzuriteFixture azurite)
{
    private const string Period = "20201001";

    [Fact]
    public async Task A_drop_becomes_the_same_predictions_as_on_the_local_engine_byte_for_byte()
    {
        await using var hosted = await HostedSystem.StartAsync(published);
        await hosted.DropAsync("initial");
        await hosted.DropAsync(Period);
        await hosted.SettleAsync(Period);

        Assert.All(await hosted.InstancesAsync(), instance => Assert.Equal(DurableTask.Core.OrchestrationStatus.Completed, instance.OrchestrationStatus));
        var predicted = await ArrivalSystem.ReadAsync(hosted.Account.Output, $"credit/pred_{Period}.csv");
        Assert.Equal((await Undisturbed.PredictionsAsync(azurite))[Period], ContentHash.Of(predicted));
    }

    [Theory]
    [InlineData(Fault.Kill)]
    [InlineData(Fault.LoseResponse)]
    [InlineData(Fault.SlowStart)]
    [InlineData(Fault.Cancel)]
    public async Task A_worker_that_is_disturbed_in_activities_ends_in_exactly_one_whole_file(Fault fault)
    {
        // Every fifth activity: in each drop's run several.
        var activities = 0;
        await using var hosted = await HostedSystem.StartAsync(published, planned => planned.Trigger == "activityTrigger" && Interlocked.Increment(ref activities) % 5 == 0 && activities <= 25 ? fault : Fault.None);
        await hosted.DropAsync("initial");
        await hosted.DropAsync(Period);
        await hosted.SettleAsync(Period);

        Assert.True(fault == Fault.Cancel || hosted.Host.Starts > 1);
        Assert.Equal(
            [$"credit/pred_{Period}.csv", $"credit/pred_{Period}.manifest.json", $"credit/pred_{Period}.report.html"],
            (await ArrivalSystem.NamesAsync(hosted.Account.Output)).Order(StringComparer.Ordinal));
        var lines = System.Text.Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(hosted.Account.Output, $"credit/pred_{Period}.csv")).TrimEnd('\n').Split('\n');
        Assert.Equal(System.Text.Encoding.UTF8.GetString(SmallCase.File(Period)).TrimEnd('\n').Split('\n').Length, lines.Length);
    }

    [Theory]
    [InlineData("orchestrationTrigger", Fault.Kill)]
    [InlineData("orchestrationTrigger", Fault.LoseResponse)]
    [InlineData("eventGridTrigger", Fault.Kill)]
    [InlineData("eventGridTrigger", Fault.LoseResponse)]
    public async Task A_worker_that_dies_elsewhere_loses_nothing(string trigger, Fault fault)
    {
        var met = 0;
        await using var hosted = await HostedSystem.StartAsync(published, planned => planned.Trigger == trigger && Interlocked.Increment(ref met) is 1 or 4 or 9 ? fault : Fault.None);
        await hosted.DropAsync("initial");
        await hosted.DropAsync(Period);
        await hosted.SettleAsync(Period);
        Assert.Equal(3, (await ArrivalSystem.NamesAsync(hosted.Account.Output)).Count());
        Assert.Equal(2, (await hosted.InstancesAsync()).Count);
    }

    [Fact]
    public async Task Twenty_deliveries_at_once_during_and_after_the_run_are_one_run()
    {
        await using var hosted = await HostedSystem.StartAsync(published);
        await hosted.DropAsync("initial");
        var delivery = await hosted.PutAsync(Period);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => hosted.Host.DeliverAsync(HostedSystem.OnBlobCreated, delivery)));
        await hosted.Host.DeliverAsync(HostedSystem.OnBlobCreated, delivery);
        await hosted.SettleAsync(Period);
        var runs = await hosted.InstancesAsync();
        var manifest = (await hosted.Account.Output.GetBlobClient($"credit/pred_{Period}.manifest.json").GetPropertiesAsync()).Value.ETag;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => hosted.Host.DeliverAsync(HostedSystem.OnBlobCreated, delivery)));
        await hosted.SettleAsync(Period);

        var after = await hosted.InstancesAsync();
        Assert.Equal(runs.Select(r => (r.OrchestrationInstance.InstanceId, r.OrchestrationInstance.ExecutionId, r.CompletedTime)).Order(), after.Select(r => (r.OrchestrationInstance.InstanceId, r.OrchestrationInstance.ExecutionId, r.CompletedTime)).Order());
        Assert.Equal(manifest, (await hosted.Account.Output.GetBlobClient($"credit/pred_{Period}.manifest.json").GetPropertiesAsync()).Value.ETag);
        var ledger = await new LedgerStore(hosted.Account).ReadAsync(ArrivalSystem.Name);
        Assert.Single(ledger.Runs, run => run.Period == Period);
    }

    [Fact]
    public async Task The_host_shows_what_the_functions_log_and_not_every_request()
    {
        await using var hosted = await HostedSystem.StartAsync(published);
        await hosted.DropAsync("initial");
        Assert.Contains(hosted.Host.Log, line => line.Contains("credit/initial.csv: Started credit-initial-", StringComparison.Ordinal));

        await hosted.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/health"));
        Assert.DoesNotContain(hosted.Host.Log, line => line.Contains("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_whose_event_was_lost_is_found_by_the_timer()
    {
        await using var hosted = await HostedSystem.StartAsync(published);
        await hosted.PutAsync("initial");
        await hosted.PutAsync(Period);
        await hosted.Host.FireTimerAsync(HostedSystem.SweepDrops);
        await hosted.SettleAsync(Period);
    }
}
