namespace MlOps.Cli.Learner;

/// <summary>Files that appear whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes beside the target and moves the file there when it is complete.</summary>
    /// <param name="path">Target; replaced when it exists.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string part = full + ".part";
        using (FileStream stream = File.Create(part))
        {
            write(stream);
        }

        File.Move(part, full, overwrite: true);
    }
}
