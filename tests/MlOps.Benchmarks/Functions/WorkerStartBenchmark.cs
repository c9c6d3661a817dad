using System.Globalization;
using MlOps.WorkerDouble;

namespace MlOps.Benchmarks.Functions;

/// <summary>How long the published worker takes, from the start of its process, to answer the host.</summary>
internal static class WorkerStartBenchmark
{
    private const int Starts = 10;

    /// <summary>Starts it again and again.</summary>
    /// <param name="args">What <c>dotnet publish functions/MlOps.Functions -c Release -o FOLDER</c> made.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var folder])
        {
            Console.Error.WriteLine("usage: MlOps.Benchmarks worker-start FOLDER");
            return 2;
        }

        var settings = new Dictionary<string, string> { ["MLOPS_CONNECTION"] = "UseDevelopmentStorage=true" };
        var times = new List<double>();
        for (var start = 0; start < Starts; start++)
        {
            await using var host = await WorkerHost.StartAsync(folder, settings);
            times.Add(host.InitTime.TotalMilliseconds);
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start of the published worker until it has answered WorkerInit: {(times[4] + times[5]) / 2:F0} ms, median of {Starts} ({times[0]:F0} to {times[^1]:F0})"));
        return 0;
    }
}
