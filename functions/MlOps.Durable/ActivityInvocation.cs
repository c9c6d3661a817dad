namespace MlOps.Durable;

/// <summary>Runs one activity: builds it, reads its input, serializes its result. Both drivers do it here.</summary>
internal static class ActivityInvocation
{
    /// <summary>Runs an activity.</summary>
    /// <returns>Its result, JSON text; <see langword="null"/>: none.</returns>
    /// <exception cref="NonRetriableActivityException">No activity of that name is registered, or the input does not fit it.</exception>
    public static async Task<string?> RunAsync(DurableTaskRegistry registry, IServiceProvider services, string name, string instanceId, string? input, CancellationToken cancellation)
    {
        var activity = registry.CreateActivity(name, services)
            ?? throw new NonRetriableActivityException($"No activity named '{name}' is registered in this application.");
        object? value;
        try
        {
            value = JsonDataConverter.Default.Deserialize(input, activity.InputType);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or NotSupportedException)
        {
            throw new NonRetriableActivityException($"The input of activity '{name}' is not a {activity.InputType.Name}: {e.Message}", e);
        }

        try
        {
            return JsonDataConverter.Default.Serialize(await activity.RunAsync(new Context(name, instanceId, cancellation), value));
        }
        finally
        {
            switch (activity)
            {
                case IAsyncDisposable asyncDisposable:
                    await asyncDisposable.DisposeAsync();
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
                default:
                    break;
            }
        }
    }

    private sealed class Context(string name, string instanceId, CancellationToken cancellation) : TaskActivityContext
    {
        public override TaskName Name => name;

        public override string InstanceId => instanceId;

        public override CancellationToken CancellationToken => cancellation;
    }
}
