using System.Globalization;
using System.Threading.Channels;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>
/// What the shadow models would have answered, as files under <c>artifacts/{pipeline}/shadow/</c>. The work is done behind the
/// requests: none waits for it, fails by it or sees anything of it. Under more load than it can follow rows are left out and counted.
/// </summary>
public sealed class ShadowLog : IAsyncDisposable
{
    private const int WaitingMax = 256;
    private const int RowsMax = 10_000;

    // Of rows that wait; a single request may be larger.
    private const long BytesMax = 64 << 20;
    private static readonly TimeSpan WriteAfter = TimeSpan.FromSeconds(3);

    private readonly StorageAccount _account;
    private readonly TimeProvider _time;
    private readonly ILogger<ShadowLog> _logger;
    private readonly Channel<Work> _waiting;
    private readonly Task _worker;
    private long _leftOut;
    private long _bytes;

    private sealed record Work(Served Served, ScoringBody Body, Answers Answers, DateTimeOffset At);

    /// <summary>Starts it.</summary>
    /// <param name="account">The account.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public ShadowLog(StorageAccount account, TimeProvider time, ILogger<ShadowLog> logger)
    {
        _account = account;
        _time = time;
        _logger = logger;
        _waiting = Channel.CreateBounded<Work>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
        _worker = Task.Run(RunAsync);
    }

    /// <summary>Takes note of a request that was answered; returns at once.</summary>
    /// <param name="served">The models at that time.</param>
    /// <param name="body">The rows.</param>
    /// <param name="answers">What was answered.</param>
    public void Add(Served served, ScoringBody body, Answers answers)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(body);
        if (served.Shadow is null)
        {
            return;
        }

        var waiting = Interlocked.Add(ref _bytes, body.Length);
        if ((waiting > BytesMax && waiting > body.Length) || !_waiting.Writer.TryWrite(new Work(served, body, answers, _time.GetUtcNow())))
        {
            Interlocked.Add(ref _bytes, -body.Length);
            Interlocked.Increment(ref _leftOut);
        }
    }

    /// <summary>Writes what is still waiting, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _worker;
    }

    private async Task RunAsync()
    {
        var files = new Dictionary<PipelineName, ShadowFile>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            // A file holds what came within a few seconds of its first row.
            var began = _time.GetTimestamp();
            while (WriteAfter - _time.GetElapsedTime(began) is { Ticks: > 0 } left && files.Values.Sum(f => f.Rows) < RowsMax)
            {
                if (_waiting.Reader.TryRead(out var work))
                {
                    Enter(files, work);
                }
                else if (_waiting.Reader.Completion.IsCompleted)
                {
                    break;
                }
                else
                {
                    using var limit = new CancellationTokenSource(left, _time);
                    await _waiting.Reader.WaitToReadAsync(limit.Token).AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
                }
            }

            foreach (var (pipeline, file) in files)
            {
                await WriteAsync(pipeline, file);
            }

            files.Clear();
            if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var missed)
            {
                _logger.LogWarning("{Requests} requests were not scored by their shadow model: more came than it could follow", missed);
            }
        }
    }

    private void Enter(Dictionary<PipelineName, ShadowFile> files, Work work)
    {
        Interlocked.Add(ref _bytes, -work.Body.Length);
        try
        {
            var shadow = work.Served.Shadow!.Score(work.Body);
            if (!files.TryGetValue(work.Served.Pipeline, out var file))
            {
                files.Add(work.Served.Pipeline, file = new ShadowFile(work.At));
            }

            file.Add(work.At, work.Answers, shadow);
        }
        catch (Exception e)
        {
            // A model on trial may fail; that it does is what the trial is for.
            _logger.LogWarning("the shadow model {Version} could not score a request: {Reason}", work.Served.Shadow!.Version.Version, e.Message.Split('\n')[0]);
        }
    }

    private async Task WriteAsync(PipelineName pipeline, ShadowFile file)
    {
        var content = file.End();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await _account.Artifacts.GetBlobClient($"{pipeline}/shadow/{file.Began.UtcDateTime:yyyyMMdd'T'HHmmssfffffff}-{attempt:00}.csv").UploadAsync(
                    content, new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "text/csv" }, Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } });
                return;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 && attempt < 99)
            {
                // Another process began a file at the same tick.
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or IOException)
            {
                _logger.LogWarning("{Rows} rows of shadow scoring could not be written: {Reason}", file.Rows, e.Message.Split('\n')[0]);
                return;
            }
        }
    }
}

/// <summary>Rows of one file of shadow scoring.</summary>
internal sealed class ShadowFile
{
    private readonly MemoryStream _stream = new();
    private readonly CsvWriter _writer;

    public ShadowFile(DateTimeOffset began)
    {
        Began = began;
        _writer = new CsvWriter(_stream);
        foreach (var name in (string[])["TIME", "ID", "MODEL_VERSION", "PREDICTION", "SCORE", "SHADOW_VERSION", "SHADOW_PREDICTION", "SHADOW_SCORE"])
        {
            _writer.Write(name);
        }

        _writer.EndRecord();
    }

    public DateTimeOffset Began { get; }

    public int Rows { get; private set; }

    public void Add(DateTimeOffset at, Answers answers, ScoredRows shadow)
    {
        var time = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        for (var row = 0; row < answers.Count; row++)
        {
            var (answer, other) = (answers[row], shadow[row]);
            _writer.Write(time);
            _writer.Write(answer.Id);
            _writer.Write(answer.ModelVersion);
            _writer.Write(answer.Prediction ?? "");
            _writer.Write(answer.Score);
            _writer.Write(other.ModelVersion);
            _writer.Write(other.Prediction ?? "");
            _writer.Write(other.Score);
            _writer.EndRecord();
        }

        Rows += answers.Count;
    }

    public BinaryData End()
    {
        _writer.Dispose();
        return new BinaryData(_stream.ToArray());
    }
}
