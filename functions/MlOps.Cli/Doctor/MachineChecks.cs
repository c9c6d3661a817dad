using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MlOps.Cli.Azurite;
using MlOps.Pipeline.Definitions;

namespace MlOps.Cli.Doctor;

/// <summary>What this machine has: runtime, memory, room on the disk, Node.js and the emulator, native libraries.</summary>
internal static class MachineChecks
{
    private const long Gibibyte = 1L << 30;
    private const int NodeNeeded = 20;
    private const string Learner = "lightgbm_mlnet";

    // The reference case of 60,000 rows takes less than one; a file a block takes more than it is long.
    private const long MemoryWanted = 2 * Gibibyte;
    private const long RoomWanted = 2 * Gibibyte;
    private const long RoomNeeded = Gibibyte / 10;
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(20);

    /// <summary>All checks of the machine.</summary>
    /// <param name="dataFolder">Folder of the local account.</param>
    /// <param name="needsEmulator">Whether the account is the local one.</param>
    /// <param name="cancellation">Stops the checks.</param>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(string dataFolder, bool needsEmulator, CancellationToken cancellation)
    {
        List<CheckResult> found = [Program(), Memory(), LightGbm()];
        if (needsEmulator)
        {
            found.Add(Folder(dataFolder));
            found.Add(await NodeAsync(cancellation));
            found.Add(Emulator());
        }

        return found;
    }

    private static CheckResult Program() => CheckResult.Ok(
        "program",
        $"mlops {MlOps.Storage.CodeVersion.Current}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription.Trim()} {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors");

    private static CheckResult Memory()
    {
        var bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes >= MemoryWanted
            ? CheckResult.Ok("memory", $"{Size(bytes)} may be used")
            : CheckResult.Warning("memory", $"{Size(bytes)} may be used", $"Small files will do. For more, give the process {Size(MemoryWanted)} or so; a run that lacks memory fails and says so.");
    }

    private static CheckResult Folder(string dataFolder)
    {
        const string what = "data folder";
        var folder = Path.GetFullPath(dataFolder);
        var there = new DirectoryInfo(folder);
        while (!there.Exists && there.Parent is { } parent)
        {
            there = parent;
        }

        try
        {
            var probe = Path.Combine(there.FullName, $".mlops-doctor-{Environment.ProcessId}");
            File.WriteAllBytes(probe, [0]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Failed(what, $"{folder} cannot be written: {e.Message}", "Give yourself the right to write there, make room, or choose another folder with --data.");
        }

        var room = new DriveInfo(there.FullName).AvailableFreeSpace;
        var found = $"{folder} can be written, {Size(room)} free";
        return room switch
        {
            < RoomNeeded => CheckResult.Failed(what, found, "Make room: runs wait or fail on a full disk, and nothing new can be dropped."),
            < RoomWanted => CheckResult.Warning(what, found, "Make room: drops, models and predictions are all kept."),
            _ => CheckResult.Ok(what, found),
        };
    }

    private static async Task<CheckResult> NodeAsync(CancellationToken cancellation)
    {
        const string what = "Node.js";
        const string next = "Install Node.js 20 or later, with npm: it runs the local storage emulator. Or name an account with --connection.";
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(NodePatience);
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = (await node.StandardOutput.ReadToEndAsync(limit.Token)).Trim();
            await node.WaitForExitAsync(limit.Token);
            return int.TryParse(said.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out var major) && major >= NodeNeeded
                ? CheckResult.Ok(what, said)
                : CheckResult.Failed(what, said.Length > 0 ? said : "does not say its version", next);
        }
        catch (Win32Exception)
        {
            return CheckResult.Failed(what, "not found", next);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return CheckResult.Failed(what, $"`node --version` did not end within {NodePatience.TotalSeconds:0} s", next);
        }
    }

    private static CheckResult Emulator()
    {
        try
        {
            var (folder, complete) = AzuriteInstallation.Look();
            return complete
                ? CheckResult.Ok("emulator", $"Azurite is installed in {folder}")
                : CheckResult.Warning("emulator", "Azurite is not installed yet", $"The first `mlops up` or `mlops demo` installs it into {folder}, which takes the network and about a minute.");
        }
        catch (AzuriteException e)
        {
            return CheckResult.Failed("emulator", e.Message, "Install mlops again.");
        }
    }

    private static CheckResult LightGbm()
    {
        if (NativeLibrary.TryLoad("lib_lightgbm", typeof(PipelineDefinition).Assembly, null, out var library))
        {
            NativeLibrary.Free(library);
            return CheckResult.Ok(Learner, "ML.NET's native LightGBM can be loaded");
        }

        return CheckResult.Warning(
            Learner, $"ML.NET's native LightGBM cannot be loaded on {RuntimeInformation.ProcessArchitecture}",
            "Only definitions that name lightgbm_mlnet need it, and the leaderboard is without it. It exists for x64 and wants libgomp (Debian: apt-get install libgomp1).");
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / Gibibyte:0.0} GiB");
}
