using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MlOps.Cli.Hosting;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Benchmarks.Serving;

/// <summary>
/// Scoring over HTTP: 1 and 1,000 rows a request, one connection and eight, by `mlops up` in a process of its own and, where its
/// address is given, by a peer that has learned from the same file. Sender and servers share the machine.
/// </summary>
internal static class ServingBenchmark
{
    private const string Period = "20201001";
    private const int Rows = 20_000;

    private const string Definition = """
        label: TARGET
        id: SK_ID_CURR
        model:
          num_iterations: 100
          num_leaves: 31
          learning_rate: 0.1
        """;

    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    /// <param name="args">Folder of the sample case, else it is made; address of a peer that takes the same bodies.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var work = Directory.CreateTempSubdirectory("mlops-serving-").FullName;
        try
        {
            var folder = args.Length > 0 ? args[0] : Path.Combine(work, "case");
            if (args.Length == 0)
            {
                await EndedAsync(Mlops(work, "sample", "--rows", $"{Rows}", "--out", folder));
            }

            using var server = Mlops(work, "up", "--port", "0", "--data", Path.Combine(work, "data"));
            try
            {
                var address = await ReadyAsync(server, Path.Combine(work, "data"));
                await TrainAsync(address, folder);
                var bodies = new[] { 1, 1000 }.ToDictionary(rows => rows, rows => Bodies(Path.Combine(folder, $"{Period}.csv"), rows));
                Console.WriteLine("| server | rows a request | connections | p50 ms | p99 ms | requests/s | rows/s |");
                Console.WriteLine("|---|---|---|---|---|---|---|");
                var servers = new List<(string Name, Uri Address)> { ("MlOps", new Uri(address, "/api/pipelines/credit/score")) };
                if (args.Length > 1)
                {
                    servers.Add(("peer", new Uri(args[1])));
                }

                foreach (var rows in bodies.Keys)
                {
                    foreach (var connections in new[] { 1, 8 })
                    {
                        foreach (var (name, target) in servers)
                        {
                            var measured = await Load.RunAsync(target, bodies[rows], connections, Warm, Time);
                            Console.WriteLine(string.Create(
                                CultureInfo.InvariantCulture,
                                $"| {name} | {rows:N0} | {connections} | {measured.P50:0.00} | {measured.P99:0.00} | {measured.Requests / measured.Seconds:N0} | {rows * measured.Requests / measured.Seconds:N0} |"));
                        }
                    }
                }
            }
            finally
            {
                // As a person ends it: the emulator ends with it and has written its data then.
                using var end = Process.Start("kill", ["-TERM", $"{server.Id}"]);
                await server.WaitForExitAsync();
            }

            return 0;
        }
        finally
        {
            TemporaryFolder.Remove(work);
        }
    }

    private static async Task TrainAsync(Uri address, string folder)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        await PutAsync(http, "/api/pipelines/credit/definition", new StringContent(Definition, Encoding.UTF8, "application/yaml"), r => r.Headers.TryAddWithoutValidation("If-None-Match", "*"));
        foreach (var period in (string[])["initial", Period])
        {
            var content = new StreamContent(File.OpenRead(Path.Combine(folder, period + ".csv")));
            content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
            await PutAsync(http, $"/api/pipelines/credit/drops/{period}.csv", content, _ => { });
        }

        while ((await http.GetAsync(new Uri("/api/pipelines/credit/score", UriKind.Relative))).StatusCode != System.Net.HttpStatusCode.OK
            || JsonDocument.Parse(await http.GetStringAsync(new Uri("/api/pipelines/credit", UriKind.Relative))).RootElement.GetProperty("activeRuns").GetInt32() > 0)
        {
            await Task.Delay(500);
        }
    }

    private static async Task PutAsync(HttpClient http, string path, HttpContent content, Action<HttpRequestMessage> shape)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = content };
        shape(request);
        using var response = await http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
        }
    }

    // Numbers as numbers and holes as null, as a program would send them.
    private static List<byte[]> Bodies(string file, int rows)
    {
        using var stream = File.OpenRead(file);
        var records = CsvFile.ReadRecords(stream).Take(1 + Math.Max(rows, 200)).ToArray();
        var header = records[0];
        return [.. records.Skip(1).Chunk(rows).Where(part => part.Length == rows).Select(part =>
        {
            var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WriteStartArray("rows");
                foreach (var record in part)
                {
                    json.WriteStartObject();
                    for (var i = 0; i < header.Length; i++)
                    {
                        json.WritePropertyName(header[i]);
                        if (record[i].Length == 0)
                        {
                            json.WriteNullValue();
                        }
                        else if (double.TryParse(record[i], NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                        {
                            json.WriteRawValue(record[i]);
                        }
                        else
                        {
                            json.WriteStringValue(record[i]);
                        }
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            return buffer.ToArray();
        })];
    }

    private static async Task<Uri> ReadyAsync(Process server, string data)
    {
        while (!server.HasExited)
        {
            if (LocalAccount.FindRunning(data) is { Address: { } address } info && info.ProcessId == server.Id)
            {
                return new Uri(address);
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException("mlops up has ended.");
    }

    private static Process Mlops(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mlops.dll"));
        arguments.ToList().ForEach(start.ArgumentList.Add);
        start.Environment.Remove("MLOPS_CONNECTION");
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task EndedAsync(Process process)
    {
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"mlops ended with {process.ExitCode}.");
        }
    }
}
