using System.ComponentModel;
using System.Diagnostics;

namespace MlOps.Cli.Hosting;

/// <summary>When a process started, by which it can be told from a later one with the same id.</summary>
internal static class ProcessStart
{
    /// <summary>Start in UTC; <see langword="null"/> where no such process runs.</summary>
    /// <param name="processId">Process id.</param>
    public static DateTime? Of(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return HasEndedUnnoticed(processId) ? null : process.StartTime.ToUniversalTime();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    // In a container whose first process collects no orphans, an ended one stays listed for good, in state Z (proc(5)).
    private static bool HasEndedUnnoticed(int processId)
    {
        var path = $"/proc/{processId}/stat";
        if (!OperatingSystem.IsLinux() || !File.Exists(path))
        {
            return false;
        }

        var text = File.ReadAllText(path);
        return text.AsSpan(text.LastIndexOf(')') + 1).TrimStart() is ['Z' or 'X', ..];
    }
}
