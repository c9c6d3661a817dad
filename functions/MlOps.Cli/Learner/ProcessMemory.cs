using System.Diagnostics;

namespace MlOps.Cli.Learner;

/// <summary>The memory of this process.</summary>
internal static class ProcessMemory
{
    /// <summary>Largest working set so far, in MB of 1,048,576 bytes, to one decimal.</summary>
    public static double PeakMegabytes() => Math.Round(Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0, 1);
}
