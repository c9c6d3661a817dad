using Azure.Storage.Queues;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using MlOps.Testing;

namespace MlOps.Engine.Tests;

/// <summary>A hub whose queues came back without what its tables say.</summary>
public sealed class LostInstancesTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task An_instance_whose_messages_are_gone_is_told_and_one_that_waits_on_a_timer_is_not()
    {
        await using var hub = await Hub.StartAsync(azurite, tasks => tasks
            .AddOrchestratorFunc<string, string>("Waits", (context, _) => context.WaitForExternalEvent<string>("go", TimeSpan.FromHours(1))));
        await hub.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("i"));
        using var patience = new CancellationTokenSource(Patience.Limit);
        await hub.Client.WaitForInstanceStartAsync("i", patience.Token);
        var later = DateTime.UtcNow.AddMinutes(2);
        Assert.False(await hub.Lost.IsLostAsync("i", later, patience.Token));

        await new QueueClient(azurite.ConnectionString, hub.Options.HubName.ToLowerInvariant() + "-control-00").ClearMessagesAsync(patience.Token);
        // Many may be asked for at once: that there were messages is remembered for a moment.
        Assert.False(await hub.Lost.IsLostAsync("i", later.AddSeconds(9), patience.Token));
        later = later.AddSeconds(11);
        Assert.True(await hub.Lost.IsLostAsync("i", later, patience.Token));
        Assert.False(await hub.Lost.IsLostAsync("i", DateTime.UtcNow, patience.Token));
        Assert.False(await hub.Lost.IsLostAsync("nobody", later, patience.Token));
    }
}
