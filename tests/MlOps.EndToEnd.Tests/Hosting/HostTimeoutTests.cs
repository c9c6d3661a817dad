using MlOps.Functions.Hosting;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>An activity ends by itself before the host ends it.</summary>
public sealed class HostTimeoutTests
{
    [Theory]
    [InlineData("01:00:00", "00:57:00")]
    [InlineData("00:30:00", "00:28:30")]
    [InlineData("00:05:00", "00:04:30")]
    [InlineData("00:00:40", "00:00:20")]
    [InlineData("-1", "12:00:00")]
    [InlineData(null, "12:00:00")]
    public void The_deadline_lies_a_twentieth_and_half_a_minute_at_least_below_the_functions_time_out(string? functionTimeout, string deadline) =>
        Assert.Equal(TimeSpan.Parse(deadline), HostTimeout.Below(functionTimeout));
}
