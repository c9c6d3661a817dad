using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Local;
using MlOps.DurableWorker;

// Arguments: connection string, container, concurrent activities, log file or "-". Runs until stdin closes, then drains.
var container = new BlobContainerClient(args[0], args[1]);
var options = new LocalOptions { MaxConcurrentActivities = int.Parse(args[2]), PollInterval = TimeSpan.FromMilliseconds(200), ScanInterval = TimeSpan.FromSeconds(2) };
await using var worker = new LocalDurableTaskWorker(container, Work.Registry(args[3] == "-" ? null : args[3]), new NoServices(), options, NullLoggerFactory.Instance);
await worker.StartAsync();
Console.WriteLine("ready");
await Console.In.ReadToEndAsync();
