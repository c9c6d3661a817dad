using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// What becomes of the small case where nothing goes wrong: run once, on the assembly's emulator, for all tests that hold a disturbed or a hosted
/// system against it.
/// </summary>
internal static class Undisturbed
{
    private static readonly Lock Gate = new();
    private static Task<IReadOnlyDictionary<string, string>>? run;

    /// <summary>The hash of the predictions of each of <see cref="SmallCase.Months"/>, dropped with the history under <see cref="SmallCase.Definition"/>.</summary>
    /// <param name="azurite">The assembly's emulator.</param>
    public static Task<IReadOnlyDictionary<string, string>> PredictionsAsync(AzuriteFixture azurite)
    {
        lock (Gate)
        {
            return run ??= RunAsync(azurite);
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> RunAsync(AzuriteFixture azurite)
    {
        string[] periods = ["initial", .. SmallCase.Months];
        await using var system = await ArrivalSystem.StartAsync(azurite);
        foreach (var period in periods)
        {
            await system.DropAsync(period);
        }

        await system.SettledAsync(periods);
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var month in SmallCase.Months)
        {
            hashes[month] = ContentHash.Of(await system.PredictionsAsync(month));
        }

        return hashes;
    }
}
