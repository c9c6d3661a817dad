using System.Diagnostics;
using System.Text.Json;
using MlOps.Cli.Azurite;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Hosting;

/// <summary>How to reach the local account of a running server; <c>account.json</c> in its data folder.</summary>
/// <param name="ConnectionString">Connection string of the storage emulator.</param>
/// <param name="ProcessId">Process id of the server.</param>
/// <param name="EmulatorProcessId">Process id of the storage emulator.</param>
/// <param name="EmulatorStarted">When the emulator's process started, so that a reused process id is not taken for it.</param>
/// <param name="Address">Where the server answers over HTTP; <see langword="null"/> until it does.</param>
/// <param name="Ports">Ports of the emulator's services; <see langword="null"/> where a version without queues and tables wrote the note.</param>
internal sealed record LocalAccountInfo(
    string ConnectionString, int ProcessId, int EmulatorProcessId, DateTime EmulatorStarted, string? Address = null, AzuritePorts? Ports = null);

/// <summary>
/// The storage account that lives in a folder: Azurite's data, and a note of how to reach it while it runs. One process
/// at a time owns it; the lock ends with the process, however that ends.
/// </summary>
internal sealed class LocalAccount : IAsyncDisposable
{
    private static readonly TimeSpan HandoverLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private readonly string folder;
    private readonly FileStream ownership;
    private readonly AzuriteKeeper azurite;

    private LocalAccount(string folder, FileStream ownership, AzuriteKeeper azurite)
    {
        this.folder = folder;
        this.ownership = ownership;
        this.azurite = azurite;
        Info = Describe(azurite.Current);
        azurite.Replaced = next => Publish(Describe(next) with { Address = Info.Address });
    }

    /// <summary>How others reach the account.</summary>
    public LocalAccountInfo Info { get; private set; }

    /// <summary>Completes when the emulator has ended and could not be started again.</summary>
    public Task Failed => azurite.Failed;

    /// <summary>Told the container's name whenever a blob has been stored. Must return at once.</summary>
    public Action<string>? Stored
    {
        set => azurite.Stored = value;
    }

    /// <summary>Takes the folder and starts the emulator on its data.</summary>
    /// <param name="folder">Data folder; created when missing.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="CommandException">Another process serves this folder.</exception>
    public static async Task<LocalAccount> OpenAsync(string folder, CancellationToken cancellation)
    {
        folder = Path.GetFullPath(folder);
        var taken = Own(folder);
        try
        {
            var former = Read(folder);
            await WaitForFormerEmulatorAsync(former, cancellation);

            // The former ports keep the connections of storage tools valid; when one is taken, any other will do.
            var data = Path.Combine(folder, "azurite");
            var ports = former?.Ports ?? new AzuritePorts();
            var started = await StartOnAsync(data, new(Free(ports.Blob), Free(ports.Queue), Free(ports.Table)), cancellation);
            var account = new LocalAccount(folder, taken, new AzuriteKeeper(started, data, Answer.Progress));
            account.Publish(account.Info);
            return account;
        }
        catch
        {
            await taken.DisposeAsync();
            throw;
        }
    }

    /// <summary>The note of a running server; <see langword="null"/> where none runs on this folder.</summary>
    /// <param name="folder">Data folder.</param>
    public static LocalAccountInfo? FindRunning(string folder) =>
        Read(folder) is { } info && IsRunning(info) ? info : null;

    /// <summary>As <see cref="FindRunning"/>, but waits while a server that runs starts its emulator anew.</summary>
    /// <param name="folder">Data folder.</param>
    public static LocalAccountInfo? AwaitRunning(string folder)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var info = Read(folder);
            if (info is null || IsRunning(info) || !IsServed(info) || TimeProvider.System.GetElapsedTime(began) > HandoverLimit)
            {
                return info is not null && IsRunning(info) ? info : null;
            }

            Thread.Sleep(Look);
        }
    }

    /// <summary>Says where the server answers, for whoever reads the note.</summary>
    /// <param name="address">Address of the server.</param>
    public void Publish(string address) => Publish(Info with { Address = address });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await azurite.DisposeAsync();
        await ownership.DisposeAsync();
    }

    private static LocalAccountInfo Describe(AzuriteProcess azurite) =>
        new(azurite.ConnectionString, Environment.ProcessId, azurite.ProcessId, ProcessStart.Of(azurite.ProcessId) ?? default, null, azurite.Endpoints.Ports);

    private static string NotePath(string folder) => Path.Combine(folder, "account.json");

    private static FileStream Own(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && !IsHeld(e)))
        {
            throw new CommandException(
                $"the data folder {folder} cannot be written: {e.Message.Split('\n')[0].TrimEnd()} Give yourself the right to write there, free some space, or choose another folder with --data.");
        }
        catch (IOException)
        {
            var other = Read(folder) is { } info ? $" (process {info.ProcessId})" : "";
            throw new CommandException(
                $"another mlops{other} already serves the data folder {folder}. Use that one, stop it first, or choose another folder with --data.");
        }
    }

    // What the lock of another process looks like: EWOULDBLOCK of flock (11 on Linux, 35 on macOS), ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeld(Exception e) => OperatingSystem.IsWindows() ? e.HResult == unchecked((int)0x80070020) : e.HResult is 11 or 35;

    private static LocalAccountInfo? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<LocalAccountInfo>(File.ReadAllBytes(NotePath(folder)), Json);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>An emulator whose server was killed still saves its data for a moment; two on one folder would spoil it.</summary>
    private static async Task WaitForFormerEmulatorAsync(LocalAccountInfo? former, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (former is not null && IsRunning(former))
        {
            if (TimeProvider.System.GetElapsedTime(began) > HandoverLimit)
            {
                using var process = Process.GetProcessById(former.EmulatorProcessId);
                process.Kill();
                return;
            }

            await Task.Delay(Look, cancellation);
        }
    }

    // A process id is reused in time; the start tells the processes apart.
    private static bool IsRunning(LocalAccountInfo info) =>
        ProcessStart.Of(info.EmulatorProcessId) is { } start && (start - info.EmulatorStarted).Duration() < TimeSpan.FromSeconds(2);

    // A server is older than its emulator; a process that got its id afterwards is not.
    private static bool IsServed(LocalAccountInfo info) => ProcessStart.Of(info.ProcessId) is { } start && start <= info.EmulatorStarted;

    private static int Free(int port) => IsFree(port) ? port : 0;

    private static bool IsFree(int port)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static Task<AzuriteProcess> StartOnAsync(string data, AzuritePorts ports, CancellationToken cancellation) =>
        AzuriteProcess.StartAsync(data, ports, text => Answer.Progress(text), cancellation);

    private void Publish(LocalAccountInfo info)
    {
        Info = info;
        var beside = NotePath(folder) + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new FileStream(beside, options))
        {
            JsonSerializer.Serialize(stream, info, Json);
        }

        File.Move(beside, NotePath(folder), overwrite: true);
    }
}
