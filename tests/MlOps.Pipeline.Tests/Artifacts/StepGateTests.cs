using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Tests.Artifacts;

public sealed class StepGateTests
{
    [Fact]
    public async Task One_caller_at_a_time_works_on_a_step_and_others_on_theirs()
    {
        var gate = new StepGate();
        var first = await gate.EnterAsync("a", CancellationToken.None);
        var second = gate.EnterAsync("a", CancellationToken.None);
        using var other = await gate.EnterAsync("b", CancellationToken.None);
        Assert.False(second.IsCompleted);

        first.Dispose();
        (await second).Dispose();
        using var again = await gate.EnterAsync("a", CancellationToken.None);
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_the_step_to_the_others()
    {
        var gate = new StepGate();
        using var stop = new CancellationTokenSource();
        var first = await gate.EnterAsync("a", CancellationToken.None);
        var second = gate.EnterAsync("a", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        first.Dispose();
        using var third = await gate.EnterAsync("a", CancellationToken.None);
    }
}
