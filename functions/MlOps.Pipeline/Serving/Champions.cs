using System.Collections.Concurrent;
using Azure;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Serving;

/// <summary>
/// The champions in memory. <c>aliases.json</c> is asked by its ETag at most four times a second while requests come; a new
/// champion is loaded beside the old one, which answers until then, so that hardly a request waits for a release and none fails by it.
/// The champion before stays in memory, so that a rollback has nothing to load.
/// </summary>
/// <param name="models">Versions.</param>
/// <param name="aliases">Champions.</param>
/// <param name="definitions">Pinned definitions.</param>
/// <param name="time">Clock for the age of what is known.</param>
/// <param name="logger">Log.</param>
public sealed class Champions(ModelRegistry models, AliasStore aliases, DefinitionStore definitions, TimeProvider time, ILogger<Champions> logger)
{
    private static readonly TimeSpan LookAfter = TimeSpan.FromMilliseconds(250);

    // No answer rests on aliases that were read longer before its request: a release counts for every request that comes a second after it.
    private static readonly TimeSpan OldestAnswer = TimeSpan.FromMilliseconds(900);

    private readonly ConcurrentDictionary<PipelineName, Seat> _seats = [];

    /// <summary>The models that answer now.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="StepRefusedException">The pipeline has no champion, or its files were changed.</exception>
    public async Task<Served> GetAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var seat = _seats.GetOrAdd(pipeline, _ => new Seat());
        var now = time.GetTimestamp();
        var looking = IsOlder(LookAfter) ? LookAsync(seat, pipeline) : Task.CompletedTask;
        while (IsOlder(OldestAnswer))
        {
            // The look under way may have read the aliases long ago as well; the one after it has not.
            await looking.WaitAsync(cancellation);
            looking = IsOlder(OldestAnswer) ? LookAsync(seat, pipeline) : Task.CompletedTask;
        }

        // Without a champion every request looks: one may have been made this moment.
        bool IsOlder(TimeSpan age) => seat.Served is null ? seat.Looked < now : time.GetElapsedTime(seat.Looked, now) >= age;

        return seat.Served ?? throw seat.Refusal ?? new StepRefusedException((await aliases.ReadAsync(pipeline, cancellation)).WhyNone(pipeline.Value) ?? Sentence.Of("no-champion-yet", ("pipeline", pipeline.Value)));
    }

    /// <summary>Looks at once, after a release that this process has made itself.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public async Task RefreshAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        if (_seats.TryGetValue(pipeline, out var seat) && seat.Served is not null)
        {
            // One that is under way may have read the aliases before the release.
            await LookAsync(seat, pipeline).WaitAsync(cancellation);
            await LookAsync(seat, pipeline).WaitAsync(cancellation);
        }
    }

    // One look at a time; whoever comes while it goes on shares it. It is nobody's request and ends with none.
    private Task LookAsync(Seat seat, PipelineName pipeline)
    {
        lock (seat)
        {
            return seat.Looking is { IsCompleted: false } under ? under : seat.Looking = Task.Run(() => LookOnceAsync(seat, pipeline));
        }
    }

    private async Task LookOnceAsync(Seat seat, PipelineName pipeline)
    {
        try
        {
            var began = time.GetTimestamp();
            if (await aliases.ReadIfChangedAsync(pipeline, seat.ETag) is { } read)
            {
                var (served, whole) = read.Aliases.Champion is { } champion ? await SeatAsync(pipeline, champion, read.Aliases.Traffic, seat) : ((Served?)null, false);
                if (served is not null && served != seat.Served)
                {
                    logger.LogInformation("pipeline {Pipeline} is served by model {Version}", pipeline, served.Champion.Version.Version);
                }

                // Where something is missing the next look reads the aliases again, changed or not.
                var former = served?.Champion != seat.Served?.Champion ? seat.Served?.Champion : seat.Former;
                (seat.Served, seat.Former, seat.ETag, seat.Refusal) = (served, former, whole ? read.ETag : null, null);
            }

            seat.Looked = began;
        }
        catch (Exception e)
        {
            // The champion that is there goes on answering: a release that cannot be read must not end the service.
            logger.LogWarning("the champion of {Pipeline} could not be read and is asked for again: {Reason}", pipeline, e.Message.Split('\n')[0]);
            seat.Refusal = e;
            seat.Looked = time.GetTimestamp();
        }
    }

    // What is in memory already is kept. A challenger or shadow that cannot be read leaves the champion alone; it is no reason to fail.
    private async Task<(Served Served, bool Whole)> SeatAsync(PipelineName pipeline, string champion, Traffic? traffic, Seat before)
    {
        var whole = true;

        async Task<ServedModel> LoadAsync(string version) =>
            ((ServedModel?[])[before.Served?.Champion, before.Former, before.Served?.Challenger, before.Served?.Shadow]).FirstOrDefault(m => m?.Version.Version == version)
            ?? await ServedModel.LoadAsync(models, definitions, pipeline, version);

        async Task<ServedModel?> TryLoadAsync(string? version)
        {
            try
            {
                return version is null ? null : await LoadAsync(version);
            }
            catch (Exception e)
            {
                logger.LogWarning("model {Version} of {Pipeline}, challenger or shadow, could not be read and is asked for again: {Reason}", version, pipeline, e.Message.Split('\n')[0]);
                whole = false;
                return null;
            }
        }

        var served = new Served(pipeline, await LoadAsync(champion), traffic, await TryLoadAsync(traffic?.Challenger), await TryLoadAsync(traffic?.Shadow));
        return (served, whole);
    }

    private sealed class Seat
    {
        private volatile Served? _served;
        private long _looked;

        public Served? Served
        {
            get => _served;
            set => _served = value;
        }

        /// <summary>The champion before.</summary>
        public ServedModel? Former { get; set; }

        /// <summary>When the last look began; 0 before the first has ended.</summary>
        public long Looked
        {
            get => Interlocked.Read(ref _looked);
            set => Interlocked.Exchange(ref _looked, value);
        }

        public ETag? ETag { get; set; }

        public Exception? Refusal { get; set; }

        public Task? Looking { get; set; }
    }
}
