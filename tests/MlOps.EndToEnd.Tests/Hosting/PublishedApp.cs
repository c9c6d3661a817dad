using System.Diagnostics;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The Functions app as <c>dotnet publish</c> lays it out: in the folder that <c>MLOPS_PUBLISHED_APP</c> names (.ci/run has made it), or made here, once.</summary>
public sealed class PublishedApp : IAsyncLifetime
{
    private static readonly string? Given = Environment.GetEnvironmentVariable("MLOPS_PUBLISHED_APP");

    /// <summary>The folder.</summary>
    public string Folder { get; } = Given ?? Directory.CreateTempSubdirectory("mlops-published-").FullName;

    public async ValueTask InitializeAsync()
    {
        if (Given is null)
        {
            await PublishAsync("functions/MlOps.Functions", Folder);
        }
    }

    /// <summary>Publishes a project.</summary>
    /// <param name="project">Folder of the project.</param>
    /// <param name="folder">Folder to publish to.</param>
    /// <param name="more">Further arguments.</param>
    public static async Task PublishAsync(string project, string folder, params string[] more)
    {
        string[] arguments = ["publish", project, "-c", "Release", "-o", folder, "-nologo", "-v", "q", "-p:UseSharedCompilation=false", "-nodeReuse:false", .. more];
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = Shared.Repository, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var publish = Process.Start(start)!;
        var texts = await Task.WhenAll(publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, texts[0] + texts[1]);
    }

    public ValueTask DisposeAsync()
    {
        if (Given is null)
        {
            TemporaryFolder.Remove(Folder);
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>The tests of the published app: one after the other, for each has a worker and a storage emulator of its own.</summary>
[CollectionDefinition(Name)]
public sealed class PublishedAppCollection : ICollectionFixture<PublishedApp>
{
    public const string Name = "published app";
}
