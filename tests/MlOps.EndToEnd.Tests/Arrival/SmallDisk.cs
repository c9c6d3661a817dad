using System.Diagnostics;
using Xunit;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A disk of its own that can be filled: a file system in memory, mounted at a folder. A test that may not mount skips.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int Block = 1 << 20;
    private readonly string ballast;

    private SmallDisk(string folder)
    {
        Folder = folder;
        ballast = Path.Combine(folder, "ballast");
    }

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts one.</summary>
    /// <param name="folder">Where; made by this.</param>
    /// <param name="megabytes">Its size.</param>
    public static SmallDisk Mount(string folder, int megabytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a file system in memory is mounted on Linux alone");
        Directory.CreateDirectory(folder);
        var (code, errors) = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder);
        Assert.SkipUnless(code == 0, $"no file system may be mounted here: {errors}");
        return new SmallDisk(folder);
    }

    /// <summary>Fills it.</summary>
    /// <param name="leaving">Bytes that stay free, about.</param>
    public void Fill(long leaving)
    {
        using var file = new FileStream(ballast, FileMode.Append);
        var bytes = new byte[Block];
        try
        {
            while (new DriveInfo(Folder).AvailableFreeSpace is var free && free > leaving)
            {
                file.Write(bytes, 0, (int)Math.Min(Block, free - leaving));
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Somebody else took the last of it.
        }
    }

    /// <summary>Makes room again.</summary>
    public void Clear() => File.Delete(ballast);

    /// <inheritdoc/>
    public void Dispose() => Run("umount", "-l", Folder);

    private static (int Code, string Errors) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, errors.Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (1, e.Message);
        }
    }
}
