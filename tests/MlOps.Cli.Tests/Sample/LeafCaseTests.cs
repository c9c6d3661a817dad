using System.IO.Compression;
using System.Security.Cryptography;
using MlOps.Cli.Sample;
using MlOps.Pipeline.Definitions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Sample;

/// <summary>The drawn leaves.</summary>
public sealed class LeafCaseTests
{
    [Fact]
    public void The_same_pictures_and_seed_give_the_same_bytes_on_every_machine()
    {
        using var folder = new TemporaryFolder();
        LeafCase.Write(folder.Path, 40, 1, TestContext.Current.CancellationToken);

        // Made once; who changes the drawing changes the sample of everybody.
        Assert.Equal("6638c91d35031fc8eba56afd767e3c1276d47b8011c215e52d75f651d505f8f4", Hash(folder["20201001.zip"]));
        using var other = new TemporaryFolder();
        LeafCase.Write(other.Path, 40, 2, TestContext.Current.CancellationToken);
        Assert.NotEqual(Hash(folder["20201001.zip"]), Hash(other["20201001.zip"]));
    }

    // Of what is packed: the zip itself says on which system it was made.
    private static string Hash(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in zip.Entries)
        {
            using var copy = new MemoryStream();
            using var content = entry.Open();
            content.CopyTo(copy);
            sha.AppendData(copy.ToArray());
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    [Fact]
    public void Each_file_has_the_pictures_that_it_says_and_labels_where_it_has_them()
    {
        using var folder = new TemporaryFolder();
        var files = LeafCase.Write(folder.Path, 60, 1, TestContext.Current.CancellationToken);
        Assert.Equal([("initial.zip", 60), ("20201001.zip", 15), ("20201101.zip", 15)], files.Select(f => (f.Name, f.Rows)));
        foreach (var file in files)
        {
            using var zip = ZipFile.OpenRead(folder[file.Name]);
            Assert.Equal(file.Rows, zip.Entries.Count(e => e.Name.EndsWith(".png", StringComparison.Ordinal)));
            if (zip.GetEntry("labels.csv") is not { } entry)
            {
                Assert.Equal("20201101.zip", file.Name);
                continue;
            }

            using var labels = new StreamReader(entry.Open());
            var lines = labels.ReadToEnd().TrimEnd('\n').Split('\n');
            Assert.Equal(file.Positives, lines.Count(l => l.EndsWith(",unhealthy", StringComparison.Ordinal)));
            Assert.InRange(file.Positives, 1, file.Rows - 1);
        }
    }

    [Fact]
    public void The_definition_is_one_of_pictures_and_is_read_without_complaint()
    {
        var definition = PipelineDefinition.Parse(LeafCase.Definition(), "leaves.yaml");
        Assert.Equal((PipelineKind.Image, "file", "label", "unhealthy"), (definition.Kind, definition.Id, definition.Label, definition.Positive));
    }
}
