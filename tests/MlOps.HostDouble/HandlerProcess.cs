using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace MlOps.HostDouble;

/// <summary>The handler as a process, started, probed, killed and started again as the host does it.</summary>
/// <param name="executable">The program.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="root">The application's root.</param>
/// <param name="environment">Application settings; nothing else of this process's environment that could help goes along.</param>
public sealed class HandlerProcess(string executable, IReadOnlyList<string> arguments, string root, IReadOnlyDictionary<string, string> environment) : IHandlerTransport
{
    // What any process of a machine has. On Windows also what makes sockets work.
    private static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot"];
    private static readonly TimeSpan InitializationTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly List<string> output = [];
    private Process? process;
    private int port;

    /// <summary>How long the last start took until the handler answered.</summary>
    public TimeSpan LastStart { get; private set; }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://127.0.0.1:{port}/");

    /// <summary>Starts so far.</summary>
    public int Starts { get; private set; }

    /// <summary>What the handler has written, stdout and stderr.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (output)
            {
                return [.. output];
            }
        }
    }

    /// <inheritdoc/>
    public async Task StartAsync()
    {
        port = FreePort();
        var start = new ProcessStartInfo(executable)
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var variable in start.Environment.Keys.Except(Inherited, StringComparer.Ordinal).ToList())
        {
            start.Environment.Remove(variable);
        }

        var worker = Guid.NewGuid().ToString();
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = start.Environment["FUNCTIONS_HTTPWORKER_PORT"] = $"{port}";
        start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = start.Environment["FUNCTIONS_HTTPWORKER_ID"] = worker;
        start.Environment["FUNCTIONS_APP_ROOT_PATH"] = root;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "custom";
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        Starts++;
        var watch = Stopwatch.StartNew();
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await ProbeAsync(watch);
        LastStart = watch.Elapsed;
    }

    /// <inheritdoc/>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Asks the handler to end, as a container does, and returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process!.Id}"]);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <inheritdoc/>
    public async Task<(int Status, string? MediaType, byte[] Body)> InvokeAsync(string function, byte[] body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/{function}");
        request.Headers.TransferEncodingChunked = true;
        request.Headers.TryAddWithoutValidation("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        request.Headers.TryAddWithoutValidation("X-Azure-Functions-HostVersion", "4.1037.0.0");
        request.Headers.TryAddWithoutValidation("User-Agent", "Azure-Functions-Host/4.1037.0.0");
        request.Content = new StreamContent(new MemoryStream(body));
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=utf-8");
        using var response = await http.SendAsync(request, cancellation);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        http.Dispose();
    }

    private async Task ProbeAsync(Stopwatch watch)
    {
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
                return;
            }
            catch (HttpRequestException) when (watch.Elapsed < InitializationTimeout && !process!.HasExited)
            {
                await Task.Delay(25);
            }
            catch (HttpRequestException e)
            {
                throw new InvalidOperationException($"The handler did not come up. It said:\n{string.Join('\n', Output.TakeLast(20))}", e);
            }
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.Add(line);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
