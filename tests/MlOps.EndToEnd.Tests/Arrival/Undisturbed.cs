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
    private static readonly Dictionary<string, Task<IReadOnlyDictionary<string, string>>> Runs = new(StringComparer.Ordinal);

    /// <summary>The hash of the predictions of each of <see cref="SmallCase.Months"/>, dropped with the history under a definition.</summary>
    /// <param name="azurite">The assembly's emulator.</param>
    /// <param name="definition">The definition.</param>
    public static Task<IReadOnlyDictionary<string, string>> PredictionsAsync(AzuriteFixture azurite, string definition = SmallCase.Definition)
    {
        lock (Gate)
        {
            return Runs.TryGetValue(definition, out var run) ? run : Runs[definition] = RunAsync(azurite, definition);
        }
    }

    private static async Task<IReadOnlyDictionary<string, string>> RunAsync(AzuriteFixture azurite, string definition)
    {
        string[] periods = ["initial", .. SmallCase.Months];
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: definition);
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
