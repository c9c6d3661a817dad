using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Pipeline.Tests.Orchestrations;

public sealed class RetriesTests
{
    [Theory]
    [InlineData(503, true)]
    [InlineData(500, true)]
    [InlineData(429, true)]
    [InlineData(412, true)]
    [InlineData(0, true)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    public void Storage_errors_are_told_apart_by_status(int status, bool mayPass)
    {
        var text = status == 0 ? "Connection refused (127.0.0.1:1)" : $"Server is busy.\nStatus: {status} (x)\nErrorCode: y";

        Assert.Equal(mayPass, Retries.MayPass(TaskFailureDetails.FromException(new Azure.RequestFailedException(status, text))));
    }

    [Fact]
    public void Time_outs_and_lost_connections_may_pass()
    {
        Assert.True(Retries.MayPass(TaskFailureDetails.FromException(new TimeoutException("slow"))));
        Assert.True(Retries.MayPass(TaskFailureDetails.FromException(new InvalidOperationException("x", new HttpRequestException("y")))));
    }

    [Fact]
    public void What_fails_the_same_way_again_is_not_retried()
    {
        Assert.False(Retries.MayPass(TaskFailureDetails.FromException(new InvalidDataException("damaged"))));
        Assert.False(Retries.MayPass(TaskFailureDetails.FromException(new StepRefusedException("refused"))));
        Assert.False(Retries.MayPass(null));
    }
}
