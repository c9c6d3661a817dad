using Azure;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using MlOps.Pipeline.Search;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;
using MlOps.Web.Runs;

namespace MlOps.Web.Http;

/// <summary>Turns every error into problem+json; a defect of the program is logged and told without its inside.</summary>
internal sealed class Problems(ILogger<Problems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Response.HasStarted || (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested))
        {
            return false;
        }

        await WriteAsync(httpContext, Explain(exception));
        return true;
    }

    /// <summary>Writes a problem.</summary>
    public static async Task WriteAsync(HttpContext context, ApiException problem)
    {
        var details = new ProblemDetails { Status = problem.Status, Title = problem.What, Detail = problem.Message, Instance = context.Request.Path };
        void Add(string name, object? value)
        {
            if (value is not null)
            {
                details.Extensions[name] = value;
            }
        }

        Add("where", problem.Where);
        Add("next", problem.Next);
        Add("errors", problem.Errors);
        Add("said", problem.Said);
        Add("nextSaid", problem.NextSaid);
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsJsonAsync(details, ApiJson.Options, "application/problem+json");
    }

    private ApiException Explain(Exception exception)
    {
        switch (exception)
        {
            case ApiException own:
                return own;
            case BadHttpRequestException bad:
                return new ApiException(bad.StatusCode, bad.StatusCode switch { 413 => "too large", 408 => "too slow", _ => "bad request" }, bad.Message);
            case QueryException query:
                return ApiException.Of(400, "the search cannot be read", query.Said, null, "where");
            case FormatException format:
                return new ApiException(400, "bad name", format.Message);
            case DefinitionException definition:
                return new ApiException(422, "the definition is not valid", definition.Errors[0].Message, Sentence.Of("api-definition-next").ToString(), definition.FileName)
                {
                    Said = definition.Errors[0].Said,
                    NextSaid = Sentence.Of("api-definition-next"),
                    Errors = [.. definition.Errors.Select(e => new Finding("definition", e.Line, (int)e.Column, null, e.Message, null, e.Said))],
                };
            case ScoringRefusedException scoring:
                return new ApiException(422, "the rows do not fit the model", scoring.Message, Sentence.Of("api-scoring-next").ToString(), scoring.Findings is [{ ColumnName: { } column }, ..] ? column : null)
                {
                    Said = scoring.Findings is [{ Said: { } first }, ..] && first.ToString() == scoring.Message ? first : null,
                    NextSaid = Sentence.Of("api-scoring-next"),
                    Errors = scoring.Findings,
                };
            case CsvException csv:
                return new ApiException(422, "the file cannot be read", csv.Message);
            case SteeringException steering:
                return ApiException.Of(409, "not possible now", steering.Said);
            case StepRefusedException:
                return new ApiException(409, "not possible now", exception.Message) { Said = exception.InnerException is SaidException said ? SaidException.Read(said.Message) : null };
            case NotFoundException missing:
                return ApiException.Of(404, "not found", missing.Said);
            case RequestFailedException { Status: 412 }:
                return ApiException.Of(412, "changed meanwhile", Sentence.Of("api-changed"), Sentence.Of("api-changed-next"));
            case RequestFailedException { Status: >= 500 } storage:
                logger.LogError(exception, "the storage account failed");
                return ApiException.Of(503, "the storage account could not do it", Sentence.Of("api-storage-failed", ("status", storage.Status)), Sentence.Of("api-storage-failed-next"));
            case RequestFailedException or AggregateException { InnerException: RequestFailedException or IOException or OperationCanceledException } or OperationCanceledException:
                // Cancelled by nobody: its time ran out.
                logger.LogError(exception, "the storage account refused");
                return ApiException.Of(503, "the storage account does not answer", Sentence.Of("api-storage"), Sentence.Of("api-storage-next"));
            default:
                logger.LogError(exception, "a request failed");
                return ApiException.Of(500, "defect", Sentence.Of("api-defect"), Sentence.Of("api-defect-next"));
        }
    }
}
