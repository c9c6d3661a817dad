using Microsoft.DurableTask;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Tests.Orchestrations;

/// <summary>What people are told of a failure.</summary>
public sealed class RunFailureTests
{
    [Fact]
    public void A_step_that_had_too_little_memory_says_so_and_what_to_do_in_both_languages()
    {
        var inner = new TaskFailureDetails("System.OutOfMemoryException", "Exception of type 'System.OutOfMemoryException' was thrown.", null, null, null);
        var failure = new TaskFailureDetails("DurableTask.Core.Exceptions.TaskFailedException", "Task 'TrainActivity' (#7) failed", null, inner, null);

        Assert.False(Retries.MayPass(failure));
        var said = RunFailure.SaidOf(failure)!;
        Assert.Contains("more memory than this process may use", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("メモリー", Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }
}
