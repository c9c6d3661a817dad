using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using MlOps.Testing;

namespace MlOps.Engine.Tests;

/// <summary>Looks into empty queues, of which the engine makes many, cost no requests; no message is overlooked for it.</summary>
public sealed class QueuePollingTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_queue_that_was_found_empty_is_asked_once_however_often_the_engine_looks()
    {
        var (queue, asked) = await QueueAsync(Long);
        for (var look = 0; look < 20; look++)
        {
            Assert.Empty((await queue.ReceiveMessagesAsync(32)).Value);
            Assert.Null((await queue.ReceiveMessageAsync()).Value);
        }

        Assert.Equal(1, asked.Looks);
    }

    [Fact]
    public async Task What_this_process_has_sent_is_found_by_the_next_look_and_so_is_the_next_message_after_it()
    {
        var (queue, asked) = await QueueAsync(Long);
        for (var i = 0; i < 50; i++)
        {
            Assert.Null((await queue.ReceiveMessageAsync()).Value);
            await queue.SendMessageAsync($"{i}");
            var found = (await queue.ReceiveMessageAsync()).Value;
            Assert.Equal($"{i}", found.Body.ToString());
            await queue.DeleteMessageAsync(found.MessageId, found.PopReceipt);
        }

        // One look found nothing before each message, and one found it.
        Assert.Equal(100, asked.Looks);
    }

    [Fact]
    public async Task A_message_that_is_sent_while_a_look_is_on_its_way_is_found()
    {
        var (queue, _) = await QueueAsync(Long);
        for (var i = 0; i < 50; i++)
        {
            var look = queue.ReceiveMessageAsync();
            var send = queue.SendMessageAsync("x");
            await Task.WhenAll(look, send);
            var found = (await look).Value ?? (await queue.ReceiveMessageAsync()).Value;
            Assert.Equal("x", found?.Body.ToString());
            await queue.DeleteMessageAsync(found!.MessageId, found.PopReceipt);
        }
    }

    [Fact]
    public async Task A_message_that_is_given_back_is_found_again()
    {
        var (queue, _) = await QueueAsync(Long);
        await queue.SendMessageAsync("x");
        var taken = (await queue.ReceiveMessageAsync()).Value;
        Assert.Null((await queue.ReceiveMessageAsync()).Value);
        await queue.UpdateMessageAsync(taken.MessageId, taken.PopReceipt, "x", TimeSpan.Zero);
        Assert.Equal("x", (await queue.ReceiveMessageAsync()).Value.Body.ToString());
    }

    [Fact]
    public async Task What_another_process_sends_is_found_after_the_rest_and_peeking_always_asks()
    {
        var (queue, asked) = await QueueAsync(TimeSpan.FromMilliseconds(500));
        var other = new QueueServiceClient(azurite.ConnectionString).GetQueueClient(queue.Name);
        Assert.Null((await queue.ReceiveMessageAsync()).Value);
        await other.SendMessageAsync("x");
        Assert.Equal("x", (await queue.PeekMessageAsync()).Value.Body.ToString());
        await Task.Delay(600);
        Assert.Equal("x", (await queue.ReceiveMessageAsync()).Value.Body.ToString());
        Assert.Equal(3, asked.Looks);
    }

    private async Task<(QueueClient Queue, Count Asked)> QueueAsync(TimeSpan rest)
    {
        var asked = new Count();
        var options = new QueueClientOptions();
        options.AddPolicy(new QueuePollingPolicy(rest, TimeProvider.System), HttpPipelinePosition.PerCall);
        options.AddPolicy(asked, HttpPipelinePosition.PerRetry);
        var queue = new QueueServiceClient(azurite.ConnectionString, options).GetQueueClient(azurite.NewPrefix());
        await queue.CreateAsync();
        return (queue, asked);
    }

    private sealed class Count : HttpPipelineSynchronousPolicy
    {
        private int looks;

        public int Looks => looks;

        public override void OnSendingRequest(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Get)
            {
                Interlocked.Increment(ref looks);
            }
        }
    }
}
