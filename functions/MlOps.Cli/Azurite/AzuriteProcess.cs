using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace MlOps.Cli.Azurite;

/// <summary>
/// Azurite's blob, queue and table services as a child process on free loopback ports, with their data in a folder. It ends, its data
/// saved, when this object is disposed and when this process ends in whatever way. What it has confirmed is on disk even when it is killed.
/// </summary>
internal sealed partial class AzuriteProcess : IAsyncDisposable
{
    // The account and key that every copy of the emulator ships with; they protect nothing, the loopback address does.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly Process launcher;
    private readonly Task output;
    private readonly TaskCompletionSource<AzuriteEndpoints> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Uri> addresses = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock gate = new();
    private readonly StringBuilder said = new();
    private int disposed;

    private AzuriteProcess(Process launcher)
    {
        this.launcher = launcher;
        output = Task.WhenAll(ReadAsync(launcher.StandardOutput), ReadAsync(launcher.StandardError));
    }

    /// <summary>Told the container's name whenever a blob has been stored. Must return at once.</summary>
    public Action<string>? Stored { get; set; }

    /// <summary>Where the services listen.</summary>
    public AzuriteEndpoints Endpoints { get; private set; } = null!;

    /// <summary>Where the blob service listens, without the account: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Endpoint => Endpoints.Blob;

    /// <summary>Process id of Azurite itself.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Connection string for every storage client.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={Endpoints.Blob.AbsoluteUri}{Account};QueueEndpoint={Endpoints.Queue.AbsoluteUri}{Account};TableEndpoint={Endpoints.Table.AbsoluteUri}{Account};";

    /// <summary>Completes when Azurite has ended, wanted or not.</summary>
    public Task Ended => output;

    /// <summary>Starts Azurite and waits until it answers.</summary>
    /// <param name="dataFolder">Folder of its data; created when missing. At most one Azurite may use it at a time.</param>
    /// <param name="ports">Ports to listen on; 0 for any free one.</param>
    /// <param name="say">Told in a sentence when something slow begins.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="AzuriteException">Node.js is missing, or Azurite ended or did not answer.</exception>
    public static async Task<AzuriteProcess> StartAsync(string dataFolder, AzuritePorts ports, Action<string>? say, CancellationToken cancellation)
    {
        var installation = await AzuriteInstallation.EnsureAsync(say, cancellation);
        Directory.CreateDirectory(dataFolder);
        var azurite = new AzuriteProcess(StartNode(installation, Path.GetFullPath(dataFolder), ports));
        try
        {
            await azurite.WaitUntilListeningAsync(cancellation);
            return azurite;
        }
        catch
        {
            await azurite.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops Azurite in its own way, so that its data is saved; kills it when that takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        try
        {
            launcher.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already, and its end of the pipe with it.
        }

        try
        {
            await output.WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            KillIfAlive(ProcessId);
        }

        launcher.Dispose();
    }

    private static void KillIfAlive(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended in the meantime.
        }
    }

    private static Process StartNode(AzuriteInstallation installation, string dataFolder, AzuritePorts ports)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The client library may speak a later service version than this Azurite lists; what is used here it knows.
        string[] arguments =
        [
            installation.LaunchScript, "--location", dataFolder,
            "--blobHost", "127.0.0.1", "--blobPort", ports.Blob.ToString(), "--queueHost", "127.0.0.1", "--queuePort", ports.Queue.ToString(),
            "--tableHost", "127.0.0.1", "--tablePort", ports.Table.ToString(),
            "--silent", "--skipApiVersionCheck", "--disableTelemetry",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw AzuriteInstallation.MissingNode(e);
        }
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        try
        {
            var first = await Task.WhenAny(listening.Task, output).WaitAsync(limit.Token);
            if (first != listening.Task)
            {
                throw new AzuriteException($"The storage emulator (Azurite) ended at once. It said:{Environment.NewLine}{Said()}");
            }

            Endpoints = await listening.Task;
            using var client = new HttpClient();
            using var answer = await client.GetAsync(new Uri(Endpoint, Account + "?comp=list"), limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException && !cancellation.IsCancellationRequested)
        {
            throw new AzuriteException(
                $"The storage emulator (Azurite) did not answer within {StartLimit.TotalSeconds} s. It said:{Environment.NewLine}{Said()}", e);
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            if (PidLine().Match(line) is { Success: true } pid)
            {
                ProcessId = int.Parse(pid.Groups[1].Value);
            }
            else if (StoredLine().Match(line) is { Success: true } stored)
            {
                Stored?.Invoke(stored.Groups[1].Value);
                continue;
            }
            else if (ListeningLine().Match(line) is { Success: true } address)
            {
                addresses[address.Groups[1].Value] = new Uri(address.Groups[2].Value);
                if (addresses.TryGetValue("Blob", out var blob) && addresses.TryGetValue("Queue", out var queue) && addresses.TryGetValue("Table", out var table))
                {
                    listening.TrySetResult(new AzuriteEndpoints(blob, queue, table));
                }
            }

            lock (gate)
            {
                // Enough to explain a failed start; a long life must not fill the memory.
                if (said.Length < 10_000)
                {
                    said.AppendLine(line);
                }
            }
        }
    }

    private string Said()
    {
        lock (gate)
        {
            return said.ToString().Trim();
        }
    }

    [GeneratedRegex(@"^pid (\d+)$")]
    private static partial Regex PidLine();

    [GeneratedRegex(@"^Azurite (Blob|Queue|Table) service is successfully listening at (http://\S+)$")]
    private static partial Regex ListeningLine();

    [GeneratedRegex("^stored in (.+)$")]
    private static partial Regex StoredLine();
}
