using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using MlOps.Functions.Hosting;
using MlOps.Web.Access;

namespace MlOps.Functions;

/// <summary>
/// HTTP: every address of the API and of the page goes to the one web application. People come by the platform's sign-in; programs
/// with the key of a role's function, which is a function of its own, so that a key of one gives nothing of another.
/// </summary>
/// <remarks>
/// The host tries the routes in the order of their functions' names and takes the first that fits, however little of it is literal: the
/// function that takes every address must be the last by its name.
/// </remarks>
/// <param name="client">Gets the client that the host binds.</param>
/// <param name="api">The web application.</param>
public sealed class ApiFunctions(HostDurableTaskClient client, HostedApi api)
{
    /// <summary>Health, open to all.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">The host's client.</param>
    [Function("Health")]
    public Task<IActionResult> HealthAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/health/{check?}")] HttpRequest request, [DurableClient] DurableTaskClient durable)
    {
        // The application has it at /health, for all; the platform's checks and alerts know it below /api.
        request.Path = request.Path.Value!["/api".Length..];
        return AnswerAsync(request, durable, null);
    }

    /// <summary>Everything else: the caller is whom the platform's sign-in names.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">The host's client.</param>
    [Function("Web")]
    public Task<IActionResult> WebAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", "put", Route = "{*path}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        AnswerAsync(request, durable, null);

    /// <summary>The API for programs that read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">The host's client.</param>
    [Function("ReaderApi")]
    public Task<IActionResult> ReaderAsync([HttpTrigger(AuthorizationLevel.Function, "get", "head", "post", "put", Route = "keys/reader/{*path}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        AnswerAsync(request, durable, Role.Reader);

    /// <summary>The API for programs that operate.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">The host's client.</param>
    [Function("OperatorApi")]
    public Task<IActionResult> OperatorAsync([HttpTrigger(AuthorizationLevel.Function, "get", "head", "post", "put", Route = "keys/operator/{*path}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        AnswerAsync(request, durable, Role.Operator);

    /// <summary>The API for programs that release.</summary>
    /// <param name="request">The request.</param>
    /// <param name="durable">The host's client.</param>
    [Function("ReleaserApi")]
    public Task<IActionResult> ReleaserAsync([HttpTrigger(AuthorizationLevel.Function, "get", "head", "post", "put", Route = "keys/releaser/{*path}")] HttpRequest request, [DurableClient] DurableTaskClient durable) =>
        AnswerAsync(request, durable, Role.Releaser);

    // The application has written the answer: nothing is left for the worker to add.
    private async Task<IActionResult> AnswerAsync(HttpRequest request, DurableTaskClient durable, Role? role)
    {
        client.Bind(durable);
        await api.AnswerAsync(request.HttpContext, role);
        return new EmptyResult();
    }
}
