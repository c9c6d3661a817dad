namespace MlOps.Pipeline.Notifications;

/// <summary>The client that tells webhooks: it trusts no receiver with more than its own notice.</summary>
public static class WebhookClient
{
    /// <summary>Limit of one delivery, from connecting to the head of the answer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>A client.</summary>
    public static HttpClient Create() => Create(Handler());

    /// <summary>A client on a handler.</summary>
    /// <param name="handler">The handler.</param>
    public static HttpClient Create(HttpMessageHandler handler) => new(handler) { Timeout = Limit };

    /// <summary>
    /// Its connections. A redirect is not followed: who answers with one would choose where this server sends, inside its own network too.
    /// </summary>
    public static SocketsHttpHandler Handler() => new() { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
}
