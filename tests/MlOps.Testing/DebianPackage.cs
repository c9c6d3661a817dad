using System.Diagnostics;

namespace MlOps.Testing;

/// <summary>Installs what a test needs of the system, where a test may.</summary>
public static class DebianPackage
{
    private static readonly Lock Gate = new();

    /// <summary>Installs a package.</summary>
    /// <param name="package">Its name.</param>
    /// <returns>Why it could not be installed; <see langword="null"/> where it was.</returns>
    public static string? Install(string package)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            return $"It can be installed here by root on Debian alone: apt-get install {package}.";
        }

        lock (Gate)
        {
            // Another project's tests may be installing something else.
            using var install = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"(apt-get -o DPkg::Lock::Timeout=300 update -q && apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends {package}) 2>&1"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" },
            })!;
            var said = install.StandardOutput.ReadToEnd();
            install.WaitForExit();
            return install.ExitCode == 0 ? null : $"{package} could not be installed: {said.Trim()}";
        }
    }
}
