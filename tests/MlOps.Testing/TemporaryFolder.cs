namespace MlOps.Testing;

/// <summary>A folder of the test's own, gone with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Where it is.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("mlops-test-").FullName;

    /// <summary>A path below it.</summary>
    /// <param name="parts">Names of folders and of a file.</param>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>
    /// Removes a folder with all that is in it. An emulator whose server was killed saves its data once more before it ends, and
    /// may put a file back while the folder goes: that is waited for, 10 seconds at most.
    /// </summary>
    /// <param name="path">The folder; nothing happens where there is none.</param>
    public static void Remove(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                Thread.Sleep(200);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Remove(Path);
}
