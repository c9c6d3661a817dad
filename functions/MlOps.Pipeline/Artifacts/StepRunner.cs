using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>
/// Content-addressed steps. Outputs of a step are under <c>artifacts/{pipeline}/steps/{key}/</c>, where the key is made from
/// everything that determines them; <c>step.json</c> is committed last. A step whose record exists is not run again; a reader
/// checks the hash of what it reads, and an output that was damaged is made again from the recorded request. Of small outputs a process
/// reads what it has written or read itself from memory.
/// </summary>
public sealed class StepRunner
{
    // Small outputs are read and hashed before a step is skipped, unless this process has them in memory; large ones when they are read.
    private const long VerifiedOnSkip = 4 << 20;
    private const string RecordName = "step.json";
    private const string RequestName = "request.json";
    private const string HashMetadata = "sha256";
    private const int RecordsKept = 500;

    private readonly BlobContainerClient _container;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly StepGate _gate = new();
    private readonly UnchangingDocuments<StepRecord> _records = new(RecordsKept);
    private readonly KeptOutputs _outputs = new();

    /// <summary>Makes a runner over an account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="logger">Gets one line <c>step started|finished|skipped {name} {key}</c> each.</param>
    /// <param name="time">Clock for the durations that are reported.</param>
    public StepRunner(StorageAccount account, ILogger<StepRunner> logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(account);
        _container = account.Artifacts;
        _logger = logger;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The steps that can make their outputs again; asked only when an output is damaged, since steps themselves need the runner.</summary>
    internal Func<IEnumerable<IStep>> Steps { get; init; } = () => [];

    /// <summary>Runs a step unless it is done.</summary>
    /// <typeparam name="TResult">The step's result record.</typeparam>
    /// <param name="spec">The step.</param>
    /// <param name="work">Makes the outputs and the result; must be a pure function of the step's inputs.</param>
    /// <param name="cancellation">Stops the step.</param>
    public async Task<TResult> RunAsync<TResult>(
        StepSpec spec, Func<StepWork, CancellationToken, Task<TResult>> work, CancellationToken cancellation = default)
        where TResult : StepResult
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(work);
        var started = _time.GetTimestamp();
        var at = _time.GetUtcNow();
        var folder = Folder(spec.Pipeline, spec.Key);
        using var meter = StorageMeter.Begin();
        using var turn = await _gate.EnterAsync(folder, cancellation);
        var (done, reason) = await FindDoneAsync(spec, folder, cancellation);
        if (done is not null)
        {
            _logger.LogInformation("step skipped {Name} {Key}", spec.Name, spec.Key);
            return Result<TResult>(done, new StepOutcome(spec.Name, spec.Key, Skipped: true, reason.ToString(), Elapsed(started), at) { Usage = meter.Usage, Said = reason });
        }

        _logger.LogInformation("step started {Name} {Key}", spec.Name, spec.Key);
        await PutAsync(folder + RequestName, JsonSerializer.SerializeToUtf8Bytes(
            new RequestRecord(spec.Name, spec.Request), ArtifactJson.Indented), onlyIfAbsent: false, cancellation);
        var stepWork = new StepWork(_container, folder, _outputs);
        var result = await WithinMemoryAsync(spec, () => work(stepWork, cancellation));
        var record = new StepRecord(
            spec.Name, spec.Version, spec.Key, spec.Inputs, stepWork.Outputs, spec.Request,
            JsonSerializer.SerializeToElement<TResult>(result with { Step = null }, ArtifactJson.Compact));

        // Before the step is done: who repeats it from here on after a failure skips it, and would not remember it any more.
        await StepHistory.RememberAsync(_container, spec, cancellation);
        if (await PutAsync(folder + RecordName, JsonSerializer.SerializeToUtf8Bytes(record, ArtifactJson.Indented), onlyIfAbsent: true, cancellation))
        {
            _records.Keep(folder, record);
        }

        _logger.LogInformation("step finished {Name} {Key}", spec.Name, spec.Key);
        return result with { Step = new StepOutcome(spec.Name, spec.Key, Skipped: false, reason.ToString(), Elapsed(started), at) { Usage = meter.Usage, Said = reason } };
    }

    // The engine takes a bare failure of memory for the end of the process and tells nobody; the step's run is to end with it.
    private async Task<TResult> WithinMemoryAsync<TResult>(StepSpec spec, Func<Task<TResult>> work)
    {
        try
        {
            return await work();
        }
        catch (OutOfMemoryException e)
        {
            _logger.LogWarning(e, "step {Name} {Key} needed more memory than this process may use", spec.Name, spec.Key);
            throw new StepMemoryException();
        }
    }

    /// <summary>The record of a finished step.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="key">The step's key.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">There is no such step and it cannot be made again.</exception>
    public async Task<StepRecord> ReadRecordAsync(PipelineName pipeline, string key, CancellationToken cancellation = default)
    {
        var folder = Folder(pipeline, CheckKey(key));
        var record = _records.Find(folder) ?? await TryReadRecordAsync(folder, cancellation);
        if (record is not null)
        {
            return record;
        }

        await HealAsync(folder, key, cancellation);
        return await TryReadRecordAsync(folder, cancellation)
            ?? throw new InvalidDataException($"Step {key} could not be made again.");
    }

    /// <summary>Reads an output, checked against its recorded hash; a damaged or missing output is made again first.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="key">The step's key.</param>
    /// <param name="name">The output's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>A stream at its beginning, to be disposed by the caller.</returns>
    /// <exception cref="InvalidDataException">The output is damaged and cannot be made again.</exception>
    public async Task<Stream> OpenAsync(PipelineName pipeline, string key, string name, CancellationToken cancellation = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var record = await ReadRecordAsync(pipeline, key, cancellation);
            var output = record.Output(name);
            var folder = Folder(pipeline, key);
            if (_outputs.Find(output.Sha256) is { } kept)
            {
                return new MemoryStream(kept, writable: false);
            }

            var stream = await TryDownloadAsync(folder, output, cancellation);
            if (stream is not null)
            {
                return stream;
            }

            if (attempt == 2)
            {
                throw new InvalidDataException(
                    $"artifacts/{folder}{name} is damaged, and making it again did not give the recorded bytes. Delete the folder artifacts/{folder} and run the drop again.");
            }

            _logger.LogWarning("step damaged {Name} {Key}: {Output} does not have its recorded hash and is made again", record.Name, key, name);
            await HealAsync(folder, key, cancellation);
        }
    }

    /// <summary>Makes a step undone: the next run that needs it does it again, to the same bytes.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="key">The step's key.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public Task ForgetAsync(PipelineName pipeline, string key, CancellationToken cancellation = default) =>
        DeleteRecordAsync(Folder(pipeline, CheckKey(key)), cancellation);

    private static string Folder(PipelineName pipeline, string key) => $"{pipeline}/steps/{key}/";

    private static string CheckKey(string key) =>
        key.Length is > 0 and <= 100 && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? key
            : throw new ArgumentException("Not the key of a step.", nameof(key));

    private static TResult Result<TResult>(StepRecord record, StepOutcome outcome)
        where TResult : StepResult =>
        record.Result.Deserialize<TResult>(ArtifactJson.Compact)! with { Step = outcome };

    private double Elapsed(long started) => Math.Round(_time.GetElapsedTime(started).TotalSeconds, 3);

    private async Task<(StepRecord? Done, Sentence Reason)> FindDoneAsync(StepSpec spec, string folder, CancellationToken cancellation)
    {
        var record = await TryReadRecordAsync(folder, cancellation);
        if (record is null)
        {
            return (null, await StepHistory.ExplainAsync(_container, spec, cancellation));
        }

        foreach (var output in record.Outputs)
        {
            if (_outputs.Find(output.Sha256) is null && !await IsIntactAsync(folder, output, cancellation))
            {
                await DeleteRecordAsync(folder, cancellation);
                return (null, Sentence.Of("step-damaged", ("output", output.Name)));
            }
        }

        return (record, Sentence.Of("step-done"));
    }

    private async Task<bool> IsIntactAsync(string folder, StepOutput output, CancellationToken cancellation)
    {
        if (output.Length <= VerifiedOnSkip)
        {
            await using var stream = await TryDownloadAsync(folder, output, cancellation);
            return stream is not null;
        }

        try
        {
            var properties = await _container.GetBlobClient(folder + output.Name).GetPropertiesAsync(cancellationToken: cancellation);
            return properties.Value.ContentLength == output.Length;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return false;
        }
    }

    private async Task<Stream?> TryDownloadAsync(string folder, StepOutput output, CancellationToken cancellation)
    {
        if (output.Length <= KeptOutputs.LongestKept)
        {
            return await TryDownloadSmallAsync(folder, output, cancellation);
        }

        var file = TemporaryFile.Create();
        try
        {
            await _container.GetBlobClient(folder + output.Name).DownloadToAsync(file, cancellation);
            file.Position = 0;
            if (file.Length == output.Length && await ContentHash.OfAsync(file, cancellation) == output.Sha256)
            {
                file.Position = 0;
                return file;
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Missing is a kind of damage.
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        await file.DisposeAsync();
        return null;
    }

    private async Task<Stream?> TryDownloadSmallAsync(string folder, StepOutput output, CancellationToken cancellation)
    {
        try
        {
            var bytes = (await _container.GetBlobClient(folder + output.Name).DownloadContentAsync(cancellation)).Value.Content.ToArray();
            if (bytes.Length == output.Length && ContentHash.Of(bytes) == output.Sha256)
            {
                _outputs.Keep(output.Sha256, bytes);
                return new MemoryStream(bytes, writable: false);
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Missing is a kind of damage.
        }

        return null;
    }

    private async Task<StepRecord?> TryReadRecordAsync(string folder, CancellationToken cancellation)
    {
        var bytes = await GetAsync(folder + RecordName, cancellation);
        return _records.Keep(folder, bytes is null ? null : JsonSerializer.Deserialize<StepRecord>(bytes, ArtifactJson.Compact));
    }

    private async Task HealAsync(string folder, string key, CancellationToken cancellation)
    {
        var bytes = await GetAsync(folder + RequestName, cancellation)
            ?? throw new InvalidDataException($"There is no step {key}: artifacts/{folder} holds no usable {RequestName}. Drop the file again.");
        var request = JsonSerializer.Deserialize<RequestRecord>(bytes, ArtifactJson.Compact)!;
        await DeleteRecordAsync(folder, cancellation);
        // Damaged inputs of it are made again on the way.
        var step = Steps().FirstOrDefault(s => s.Names.Contains(request.Name))
            ?? throw new InvalidDataException($"Step {key} is damaged, and no step is called '{request.Name}' in this version: drop the file again.");
        await step.RepeatAsync(request.Request, cancellation);
    }

    private async Task DeleteRecordAsync(string folder, CancellationToken cancellation)
    {
        _records.Forget(folder);
        await _container.GetBlobClient(folder + RecordName).DeleteIfExistsAsync(cancellationToken: cancellation);
        _records.Forget(folder);
    }

    // A record carries its own hash as metadata, so that one changed byte in it is noticed too.
    private async Task<bool> PutAsync(string name, byte[] bytes, bool onlyIfAbsent, CancellationToken cancellation)
    {
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
            Metadata = new Dictionary<string, string> { [HashMetadata] = ContentHash.Of(bytes) },
            Conditions = onlyIfAbsent ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,
        };
        try
        {
            await _container.GetBlobClient(name).UploadAsync(new BinaryData(bytes), options, cancellation);
            return true;
        }
        catch (RequestFailedException e) when (onlyIfAbsent && e.Status is 409 or 412)
        {
            // Another worker finished the same step at the same time, with the same bytes.
            return false;
        }
    }

    private async Task<byte[]?> GetAsync(string name, CancellationToken cancellation)
    {
        try
        {
            var content = (await _container.GetBlobClient(name).DownloadContentAsync(cancellation)).Value;
            var bytes = content.Content.ToArray();
            return content.Details.Metadata.TryGetValue(HashMetadata, out var hash) && hash == ContentHash.Of(bytes) ? bytes : null;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private sealed record RequestRecord(string Name, JsonElement Request);
}
