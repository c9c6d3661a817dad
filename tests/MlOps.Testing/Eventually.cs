using System.Diagnostics;
using Xunit;

namespace MlOps.Testing;

/// <summary>Waits for what will become so.</summary>
public static class Eventually
{
    /// <summary>Looks again and again until it is so, for up to <see cref="Patience.Limit"/>.</summary>
    /// <param name="isSo">Looks.</param>
    public static async Task IsSoAsync(Func<bool> isSo)
    {
        for (var began = Stopwatch.StartNew(); !isSo(); await Task.Delay(50))
        {
            Assert.True(began.Elapsed < Patience.Limit, $"It did not become so within {Patience.Limit.TotalMinutes} minutes.");
        }
    }
}
