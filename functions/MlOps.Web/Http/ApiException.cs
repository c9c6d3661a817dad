using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;

namespace MlOps.Web.Http;

/// <summary>A request cannot be answered; becomes a problem+json (RFC 9457) that says what is wrong, where, and what to do next.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="what">What is wrong, in short.</param>
/// <param name="detail">What is wrong, in a sentence or two.</param>
/// <param name="next">What to do next.</param>
/// <param name="where">The parameter, column or file that is meant.</param>
internal sealed class ApiException(int status, string what, string detail, string? next = null, string? where = null) : Exception(detail)
{
    public int Status { get; } = status;

    public string What { get; } = what;

    public string? Next { get; } = next;

    public string? Where { get; } = where;

    /// <summary>The detail as a sentence, which the page words in the reader's language.</summary>
    public Sentence? Said { get; init; }

    /// <summary>What to do next as a sentence.</summary>
    public Sentence? NextSaid { get; init; }

    /// <summary>A problem whose detail, and what to do next, are sentences, for refusals that the page shows.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="what">What is wrong, in short.</param>
    /// <param name="detail">What is wrong.</param>
    /// <param name="next">What to do next.</param>
    /// <param name="where">The parameter, column or file that is meant.</param>
    public static ApiException Of(int status, string what, Sentence detail, Sentence? next = null, string? where = null) =>
        new(status, what, detail.ToString(), next?.ToString(), where) { Said = detail, NextSaid = next };

    /// <summary>Every error, where there are several.</summary>
    public IReadOnlyList<Finding>? Errors { get; init; }

    /// <summary>There is no such thing.</summary>
    /// <param name="detail">What there is not.</param>
    /// <param name="next">What to do next.</param>
    public static ApiException NotFound(Sentence detail, Sentence next) => Of(404, "not found", detail, next);
}
