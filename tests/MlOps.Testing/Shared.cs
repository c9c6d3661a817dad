using Xunit;

namespace MlOps.Testing;

/// <summary>Finds the repository and the folder of reference data that may lie beside it.</summary>
public static class Shared
{
    /// <summary>Full path of the repository: the nearest folder above the test binaries that holds MlOps.sln.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Full path of <c>../shared</c> beside the repository, or <see langword="null"/> where there is none (a stranger's clone).</summary>
    public static string? Folder { get; } =
        Directory.Exists(Path.Combine(Repository, "..", "shared", "vectors"))
            ? Path.GetFullPath(Path.Combine(Repository, "..", "shared"))
            : null;

    /// <summary>A path below <c>../shared</c>; skips the calling test, with the reason, where the folder is absent.</summary>
    /// <param name="parts">Path parts below the folder.</param>
    public static string DataPath(params string[] parts)
    {
        if (Folder is null)
        {
            Assert.Skip("needs the reference data in ../shared, which this checkout does not have beside it");
        }

        return Path.Combine([Folder, .. parts]);
    }

    /// <summary>A path below <c>tests/Fixtures</c> of the repository.</summary>
    /// <param name="parts">Path parts below the folder.</param>
    public static string Fixture(params string[] parts) => Path.Combine([Repository, "tests", "Fixtures", .. parts]);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MlOps.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No MlOps.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
