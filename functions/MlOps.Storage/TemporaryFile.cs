namespace MlOps.Storage;

/// <summary>Files that leave nothing behind, also when the process is killed (where the system lets an open file be unlinked).</summary>
internal static class TemporaryFile
{
    /// <summary>A new empty file, open for reading and writing.</summary>
    public static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), "mlops-" + Path.GetRandomFileName());
        var onClose = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None;
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = onClose | FileOptions.Asynchronous,
            BufferSize = 1 << 16,
        });
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }
}
