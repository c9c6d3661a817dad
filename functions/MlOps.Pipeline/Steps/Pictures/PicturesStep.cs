using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using MlOps.Learning.Images;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>
/// Turns a drop of pictures into a table, from where on everything is as with any other: a row a picture, its name, its label where there is one, simple
/// statistics and the embedding. Outputs: <c>table.csv</c>, <c>thumbnails.bin</c> and <c>unusable.json</c>; of a refused file none. Memory holds a picture a thread.
/// </summary>
public sealed class PicturesStep : Step<PicturesInput, PicturesResult>
{
    internal const string Name = "pictures";
    internal const string TableOutput = "table.csv";
    internal const string ThumbnailsOutput = "thumbnails.bin";
    private const int Version = 1;

    private readonly StepContext _context;
    private readonly PictureEmbedder _embedder;
    private readonly PictureStore _store;

    internal PicturesStep(StepContext context, PictureEmbedder embedder) : base(Name)
    {
        _context = context;
        _embedder = embedder;
        _store = new PictureStore(context.Account);
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The drop.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<PicturesResult> RunAsync(PicturesInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Drop.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var spec = new StepSpec(
            pipeline, Name, Version, Period.Parse(input.Drop.Period).Value,
            new Dictionary<string, string>
            {
                ["definition"] = StepContext.Part(new { definition.Id, definition.Label, definition.Csv }),
                ["file"] = input.Sha256,
                ["network"] = StepContext.Part(PictureFacts.Version),
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(spec, (work, stop) => WorkAsync(input, pipeline, definition, work, stop), cancellation);
    }

    private async Task<PicturesResult> WorkAsync(PicturesInput input, PipelineName pipeline, PipelineDefinition definition, StepWork work, CancellationToken cancellation)
    {
        await using var file = await KeptDrop.OpenAsync(_context.Account, pipeline, input.Drop.BlobName, input.Sha256, cancellation);
        try
        {
            using var zip = PictureZip.Open(file);
            var warnings = new List<Finding>();
            var labels = zip.LabelsEntry is { } entry ? PictureLabels.Read(entry, definition, [.. zip.Pictures.Keys], warnings) : null;
            if (labels is null && Period.Parse(input.Drop.Period).IsInitial)
            {
                throw new RefusedZipException(Sentence.Of("labels-missing", ("file", definition.Id!), ("label", definition.Label)));
            }

            return await TableAsync(pipeline, definition, zip, labels, warnings, work, cancellation);
        }
        catch (RefusedZipException e)
        {
            return new PicturesResult(0, Finding.Of(e.Said), [], []);
        }
    }

    private async Task<PicturesResult> TableAsync(
        PipelineName pipeline, PipelineDefinition definition, PictureZip zip, IReadOnlyDictionary<string, string>? labels, List<Finding> warnings, StepWork work, CancellationToken cancellation)
    {
        await using var rows = TemporaryFile.Create();
        await using var thumbnails = TemporaryFile.Create();
        var unusable = new List<UnusablePicture>();
        var usable = 0;
        using (var table = new CsvWriter(rows, new CsvWriteOptions { GuardFormulas = false }))
        await using (var small = new BinaryWriter(thumbnails, Encoding.UTF8, leaveOpen: true))
        {
            PictureTable.WriteHeader(table, definition, labels is not null);
            await foreach (var (name, looked) in LookAsync(pipeline, zip, cancellation))
            {
                if (looked.Facts is not { } facts)
                {
                    unusable.Add(new UnusablePicture(name, Finding.Of(Sentence.Of("picture-unusable", ("file", name), ("reason", Sentence.Of(looked.Problem!))), definition.Id, text: name, code: looked.Problem!.Code)));
                    continue;
                }

                PictureTable.WriteRow(table, name, labels is null ? null : labels.GetValueOrDefault(name, ""), facts);
                Thumbnails.Write(small, name, facts.Thumbnail);
                usable++;
            }
        }

        await work.WriteAsync(TableOutput, Copy(rows), cancellation);
        await work.WriteAsync(ThumbnailsOutput, Copy(thumbnails), cancellation);
        await work.WriteAsync("unusable.json", s => JsonSerializer.Serialize(s, unusable, ArtifactJson.Indented), cancellation);
        return new PicturesResult(usable, null, unusable, warnings);
    }

    private static Action<Stream> Copy(Stream from) => to =>
    {
        from.Position = 0;
        from.CopyTo(to);
    };

    // The zip is read by one, pictures are looked at by as many as there are threads, and come back in the order in which they were read.
    private async IAsyncEnumerable<(string Name, Looked Looked)> LookAsync(
        PipelineName pipeline, PictureZip zip, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var under = Channel.CreateBounded<(string Name, Task<Looked> Looked)>(_context.Options.EffectiveThreads);
        var reading = Task.Run(
            async () =>
            {
                try
                {
                    foreach (var (name, entry) in zip.Pictures)
                    {
                        // Room first: what is read waits in memory.
                        await under.Writer.WaitToWriteAsync(stop.Token);
                        await under.Writer.WriteAsync((name, Begin(pipeline, entry, stop.Token)), stop.Token);
                    }
                }
                finally
                {
                    under.Writer.Complete();
                }
            },
            stop.Token);
        try
        {
            await foreach (var (name, looked) in under.Reader.ReadAllAsync(cancellation))
            {
                yield return (name, await looked);
            }

            await reading;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAny(reading);
            while (under.Reader.TryRead(out var left))
            {
                await Task.WhenAny(left.Looked);
            }
        }
    }

    private Task<Looked> Begin(PipelineName pipeline, System.IO.Compression.ZipArchiveEntry entry, CancellationToken cancellation)
    {
        byte[] bytes;
        try
        {
            bytes = PictureZip.Read(entry, PictureLimits.BytesMax);
        }
        catch (PictureException e)
        {
            return Task.FromResult(new Looked(null, e.Remark));
        }

        return Task.Run(() => LookAsync(pipeline, bytes, cancellation), cancellation);
    }

    private async Task<Looked> LookAsync(PipelineName pipeline, byte[] bytes, CancellationToken cancellation)
    {
        var sha256 = ContentHash.Of(bytes);
        if (await _store.FindAsync(pipeline, sha256, cancellation) is { } known)
        {
            return new Looked(known, null);
        }

        try
        {
            var facts = _embedder.Embed(bytes);
            await _store.KeepAsync(pipeline, sha256, facts, cancellation);
            return new Looked(facts, null);
        }
        catch (PictureException e)
        {
            return new Looked(null, e.Remark);
        }
        catch (LearnerException e)
        {
            throw NoNetwork(e);
        }
    }

    /// <summary>What is said where pictures cannot be looked at: no repetition helps.</summary>
    internal static StepRefusedException NoNetwork(LearnerException e) => new(Sentence.Of("pictures-no-network", ("problem", e.Message)));

    private sealed record Looked(PictureFacts? Facts, Remark? Problem);
}
