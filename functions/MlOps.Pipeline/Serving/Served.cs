using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Registry;
using MlOps.Storage;

namespace MlOps.Pipeline.Serving;

/// <summary>The models of a pipeline that are in memory together, as one reading of the aliases named them. Immutable.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Champion">The model that answers.</param>
/// <param name="Traffic">Who answers beside it; <see langword="null"/> where it is alone.</param>
/// <param name="Challenger">The model that answers a share of the rows; <see langword="null"/> for none.</param>
/// <param name="Shadow">The model that scores for the record only; <see langword="null"/> for none.</param>
public sealed record Served(PipelineName Pipeline, ServedModel Champion, Traffic? Traffic, ServedModel? Challenger, ServedModel? Shadow)
{
    /// <summary>Scores rows, each by the model that its id belongs to. A challenger that cannot take the rows is stood in for by the champion.</summary>
    /// <param name="body">The rows.</param>
    /// <param name="reasons">Reasons a row, 0 to 20.</param>
    /// <param name="logger">Told of a challenger that could not.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ScoringRefusedException">The rows do not fit the champion.</exception>
    public Answers Score(ScoringBody body, int reasons, ILogger logger, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Challenger is null || Traffic is null || Traffic.Share <= 0)
        {
            return new Answers(Champion.Score(body, reasons, cancellation), null, []);
        }

        bool[] isChallengers = [.. Champion.StickyKeys(body).Select(key => Traffic.IsChallengers(Pipeline.Value, key))];
        if (Array.TrueForAll(isChallengers, his => !his) || TryScore(Challenger, body, reasons, logger, cancellation) is not { } challenged || challenged.Count != isChallengers.Length)
        {
            return new Answers(Champion.Score(body, reasons, cancellation), null, []);
        }

        return Array.TrueForAll(isChallengers, his => his)
            ? new Answers(challenged, null, [])
            : new Answers(Champion.Score(body, reasons, cancellation), challenged, isChallengers);
    }

    private static ScoredRows? TryScore(ServedModel model, ScoringBody body, int reasons, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return model.Score(body, reasons, cancellation);
        }
        catch (ScoringRefusedException e)
        {
            logger.LogWarning("model {Version} cannot take rows that came for it, so the champion answers: {Reason}", model.Version.Version, e.Message);
            return null;
        }
    }
}
