using MlOps.EndToEnd.Tests.Arrival;
using MlOps.HostDouble;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>
/// A pipeline run with one fault in one invocation. Every invocation takes minutes a fault, so the suite takes every
/// eleventh, each fault from another start; the variable MLOPS_EVERY_FAULT makes it all of them.
/// </summary>
public sealed class SingleFaultTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const string Period = "20201001";
    private const string EveryFault = "MLOPS_EVERY_FAULT";

    public static TheoryData<Fault> Faults() => [.. Enum.GetValues<Fault>().Where(fault => fault != Fault.None)];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_drop_ends_in_exactly_one_complete_prediction_file_whatever_goes_wrong_once(Fault fault)
    {
        var (undisturbed, invocations) = await RunAsync(Fault.None, 0);
        var all = Environment.GetEnvironmentVariable(EveryFault) is { Length: > 0 };
        var runs = 0;
        for (var number = all ? 1 : 1 + (int)fault; number <= invocations; number += all ? 1 : 11)
        {
            var (predictions, _) = await RunAsync(fault, number);
            Assert.Equal(undisturbed, predictions);
            runs++;
        }

        output.WriteLine($"{fault}: {runs} runs over {invocations} invocations, each with one complete prediction file");
    }

    private async Task<(byte[] Predictions, int Invocations)> RunAsync(Fault fault, int number)
    {
        await using var hosted = await HostedSystem.StartInProcessAsync(azurite, planned => planned.Number == number ? fault : Fault.None);
        await hosted.DropAsync("initial");
        await hosted.DropAsync(Period);
        await hosted.SettleAsync(Period);

        var context = $"{fault} in invocation {number}:\n{string.Join('\n', hosted.Host.Journal)}\n{string.Join('\n', hosted.Host.Instances)}";
        Assert.True((await ArrivalSystem.NamesAsync(hosted.Account.Output)).Order(StringComparer.Ordinal).SequenceEqual([$"credit/pred_{Period}.csv", $"credit/pred_{Period}.manifest.json", $"credit/pred_{Period}.report.html"]), context);
        Assert.Empty(hosted.Host.Divergences);
        return (await ArrivalSystem.ReadAsync(hosted.Account.Output, $"credit/pred_{Period}.csv"), hosted.Host.Invocations);
    }
}
