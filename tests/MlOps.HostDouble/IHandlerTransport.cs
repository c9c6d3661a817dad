namespace MlOps.HostDouble;

/// <summary>The handler as the host reaches it.</summary>
public interface IHandlerTransport : IAsyncDisposable
{
    /// <summary>Starts the handler and waits until it answers.</summary>
    Task StartAsync();

    /// <summary>Kills the handler; requests in flight break.</summary>
    Task KillAsync();

    /// <summary>Makes one request.</summary>
    /// <param name="function">The function.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancellation">Breaks the connection.</param>
    /// <returns>Status, media type and body.</returns>
    /// <exception cref="HttpRequestException">The connection was refused or broke.</exception>
    Task<(int Status, string? MediaType, byte[] Body)> InvokeAsync(string function, byte[] body, CancellationToken cancellation);
}

/// <summary>A handler in this process, without HTTP: for many orchestrations in a short time.</summary>
/// <param name="handler">The handler.</param>
public sealed class InProcessHandler(MlOps.Durable.Functions.FunctionsHandler handler) : IHandlerTransport
{
    private CancellationTokenSource life = new();

    /// <inheritdoc/>
    public Task StartAsync()
    {
        life = new CancellationTokenSource();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task KillAsync() => life.CancelAsync();

    /// <inheritdoc/>
    public async Task<(int Status, string? MediaType, byte[] Body)> InvokeAsync(string function, byte[] body, CancellationToken cancellation)
    {
        var life = this.life;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(life.Token, cancellation);
        try
        {
            using var stream = new MemoryStream(body);
            var answer = await handler.InvokeAsync(function, stream, CancellationToken.None).WaitAsync(both.Token);
            return answer is null
                ? (404, "application/json", "{}"u8.ToArray())
                : (answer.StatusCode, MlOps.Durable.Functions.InvocationAnswer.ContentType, answer.Body.ToArray());
        }
        catch (OperationCanceledException e) when (life.IsCancellationRequested)
        {
            throw new HttpRequestException("The connection was reset.", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
