using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Notifications;

/// <summary>Webhooks that are told of every pipeline's runs, besides those that a definition names.</summary>
/// <param name="Webhooks">Absolute http or https addresses.</param>
public sealed record NotificationSettings(IReadOnlyList<Uri> Webhooks)
{
    /// <summary>Environment variable with addresses, divided by commas.</summary>
    public const string Variable = "MLOPS_WEBHOOK";

    /// <summary>Reads <see cref="Variable"/>.</summary>
    /// <param name="value">Its value; <see langword="null"/> or empty for none.</param>
    /// <exception cref="FormatException">An entry is not an absolute http or https address.</exception>
    public static NotificationSettings Parse(string? value) => new(
    [
        .. (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(entry =>
            Uri.TryCreate(entry, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new FormatException($"{Variable} holds an entry that is not an absolute http or https address. Divide several by commas.")),
    ]);
}

/// <summary>
/// Sends notices to webhooks as CloudEvents in structured mode. Delivery is at least once: a webhook may see a notice again after a
/// crash, always under the same id.
/// </summary>
public sealed class NoticeSender
{
    private readonly NoticeOutbox _outbox;
    private readonly DefinitionStore _definitions;
    private readonly NotificationSettings _settings;
    private readonly HttpClient _http;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Makes a sender.</summary>
    /// <param name="outbox">Notices in the account.</param>
    /// <param name="definitions">Definitions, which name webhooks.</param>
    /// <param name="settings">Further webhooks.</param>
    /// <param name="http">Client; its time-out is the limit of one delivery.</param>
    /// <param name="logger">Gets a line for each delivery that failed.</param>
    /// <param name="time">Clock for the mark of delivery.</param>
    public NoticeSender(
        NoticeOutbox outbox, DefinitionStore definitions, NotificationSettings settings, HttpClient http,
        ILogger<NoticeSender> logger, TimeProvider time)
    {
        _outbox = outbox;
        _definitions = definitions;
        _settings = settings;
        _http = http;
        _logger = logger;
        _time = time;
    }

    /// <summary>Sends one notice to every webhook, unless it was delivered before.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="name">Name of the blob in the outbox.</param>
    /// <param name="cancellation">Stops the sending.</param>
    /// <exception cref="HttpRequestException">A webhook did not take it; all were tried, and the notice stays undelivered.</exception>
    public async Task SendAsync(PipelineName pipeline, string name, CancellationToken cancellation = default)
    {
        if (await _outbox.IsDeliveredAsync(name, cancellation))
        {
            return;
        }

        var failed = 0;
        var body = await _outbox.ReadAsync(name, cancellation);
        foreach (var webhook in await WebhooksAsync(pipeline, cancellation))
        {
            failed += await TrySendAsync(webhook, name, body, cancellation) ? 0 : 1;
        }

        if (failed > 0)
        {
            throw new HttpRequestException($"{failed} webhook(s) did not take the notice {name}. It stays in the container notifications and is sent again by the next sweep.");
        }

        await _outbox.MarkDeliveredAsync(name, _time.GetUtcNow(), cancellation);
    }

    /// <summary>Sends what earlier attempts left undelivered; failures are logged and left for the next time.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the sending.</param>
    /// <returns>Number of notices delivered.</returns>
    public async Task<int> SendUndeliveredAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var sent = 0;
        foreach (var name in await _outbox.UndeliveredAsync(pipeline, cancellation))
        {
            try
            {
                await SendAsync(pipeline, name, cancellation);
                sent++;
            }
            catch (HttpRequestException e)
            {
                _logger.LogWarning("{Message}", e.Message);
            }
        }

        return sent;
    }

    private async Task<IEnumerable<Uri>> WebhooksAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            var definition = await _definitions.PinAsync(pipeline, cancellation);
            return _settings.Webhooks.Concat((definition?.Notify ?? []).Select(w => new Uri(w.Url))).Distinct();
        }
        catch (DefinitionException)
        {
            // The run's own notice says what is wrong with the definition; it must still reach the webhooks that are known.
            return _settings.Webhooks;
        }
    }

    private async Task<bool> TrySendAsync(Uri webhook, string name, BinaryData body, CancellationToken cancellation)
    {
        // A webhook's path and query may hold a secret: logs name its host only.
        try
        {
            using var content = new ByteArrayContent(body.ToArray());
            content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json") { CharSet = "utf-8" };
            using var response = await _http.PostAsync(webhook, content, cancellation);
            if (response.IsSuccessStatusCode)
            {
                return true;
            }

            _logger.LogWarning("The webhook at {Host} answered {Status} to the notice {Name}.", webhook.Host, (int)response.StatusCode, name);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            _logger.LogWarning("The webhook at {Host} could not be reached for the notice {Name}: {Reason}", webhook.Host, name, e.Message);
        }

        return false;
    }
}
