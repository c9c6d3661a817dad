using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Cli.Azurite;

/// <summary>
/// A folder with Azurite's package.json, package-lock.json, launch.js and the scripts beside it, into which npm puts the very packages
/// that the lock file names, on first use.
/// </summary>
internal sealed class AzuriteInstallation
{
    private static readonly string[] Sources = ["package.json", "package-lock.json", "launch.js", "journal.js", "narrow.js", "queues.js", "folders.js"];
    private readonly string folder;

    private AzuriteInstallation(string folder) => this.folder = folder;

    /// <summary>Full path of the script that runs Azurite and ends with its parent.</summary>
    public string LaunchScript => Path.Combine(folder, "launch.js");

    private string Stamp => Path.Combine(folder, "node_modules", ".mlops-installed");

    /// <summary>Finds the installation, and installs it where it is missing or where the lock file has changed since.</summary>
    /// <param name="say">Told in a sentence when something slow begins.</param>
    /// <param name="cancellation">Stops a running installation.</param>
    /// <exception cref="AzuriteException">Node.js or npm is missing, or npm failed.</exception>
    public static async Task<AzuriteInstallation> EnsureAsync(Action<string>? say, CancellationToken cancellation)
    {
        var installation = new AzuriteInstallation(FindFolder());
        if (!installation.IsComplete())
        {
            await using var _ = await installation.LockAsync(say, cancellation);
            if (!installation.IsComplete())
            {
                await installation.InstallAsync(say, cancellation);
            }
        }

        return installation;
    }

    /// <summary>Where it is or will be installed, and whether it is; installs nothing.</summary>
    /// <exception cref="AzuriteException">This copy of the program lacks the folder.</exception>
    public static (string Folder, bool IsComplete) Look()
    {
        var installation = new AzuriteInstallation(FindFolder());
        return (installation.folder, installation.IsComplete());
    }

    /// <summary>What to tell a user whose machine lacks Node.js.</summary>
    public static AzuriteException MissingNode(Exception inner) => new(
        "Node.js was not found, which runs the local storage emulator (Azurite). Install Node.js 20 or later with npm "
        + "so that `node --version` works, or use an existing storage account with --connection.",
        inner);

    /// <summary>The checkout's own folder; else the one beside the executable; else, where that cannot be written, the user's data folder.</summary>
    private static string FindFolder()
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            var inCheckout = Path.Combine(above.FullName, "functions", "MlOps.Cli", "Azurite");
            if (File.Exists(Path.Combine(above.FullName, "MlOps.sln")) && File.Exists(Path.Combine(inCheckout, "package-lock.json")))
            {
                return inCheckout;
            }
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "Azurite");
        if (!File.Exists(Path.Combine(beside, "package-lock.json")))
        {
            throw new AzuriteException(
                $"This installation of mlops lacks the folder {beside}, from which the local storage emulator is installed. "
                + "Install mlops again, or use an existing storage account with --connection.");
        }

        return Directory.Exists(Path.Combine(beside, "node_modules")) || CanWrite(beside) ? beside : CopyToUserFolder(beside);
    }

    private static bool CanWrite(string path)
    {
        try
        {
            var probe = Path.Combine(path, $".write-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string CopyToUserFolder(string source)
    {
        var target = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
            "mlops",
            "azurite");
        Directory.CreateDirectory(target);
        foreach (var name in Sources)
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        }

        return target;
    }

    private bool IsComplete() => File.Exists(Stamp) && File.ReadAllText(Stamp) == LockHash();

    private string LockHash() => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "package-lock.json"))));

    /// <summary>One installation at a time on this machine; the file lies outside the folder, which npm empties.</summary>
    private async Task<FileStream> LockAsync(Action<string>? say, CancellationToken cancellation)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16];
        var path = Path.Combine(Path.GetTempPath(), $"mlops-azurite-{name}.lock");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 3000)
            {
                if (attempt == 0)
                {
                    say?.Invoke("waiting for another process that is installing the storage emulator");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
            }
        }
    }

    private async Task InstallAsync(Action<string>? say, CancellationToken cancellation)
    {
        say?.Invoke($"installing the storage emulator Azurite into {folder} (once, about a minute)");
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // No install scripts: Azurite needs none, and what npm fetches should not run before it is used.
        foreach (var argument in (string[])["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            start.ArgumentList.Add(argument);
        }

        using var npm = StartNpm(start);
        npm.StandardInput.Close();
        var output = npm.StandardOutput.ReadToEndAsync(cancellation);
        var errors = npm.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await npm.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }

        if (npm.ExitCode != 0)
        {
            var said = ((await errors) + (await output)).Trim();
            throw new AzuriteException(
                $"npm could not install the storage emulator (npm ci in {folder} ended with {npm.ExitCode}). "
                + "Check the network and npm's registry setting, or use an existing storage account with --connection."
                + Environment.NewLine + said);
        }

        await File.WriteAllTextAsync(Stamp, LockHash(), cancellation);
    }

    private static Process StartNpm(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw MissingNode(e);
        }
    }
}
