using System.Net.Http.Headers;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Messaging;
using Azure.Messaging.EventGrid;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Definitions;
using MlOps.Storage;

namespace MlOps.Pipeline.Notifications;

/// <summary>
/// Sends notices: CloudEvents in structured mode to webhooks, signed where there is a secret, and to an Event Grid topic by identity;
/// cards to Slack and Teams. Delivery is at least once: a receiver may see a notice again after a crash, always under the same id;
/// whoever has taken it is not told again because another one has not.
/// </summary>
public sealed class NoticeSender
{
    private readonly NoticeOutbox _outbox;
    private readonly DefinitionStore _definitions;
    private readonly NotificationSettings _settings;
    private readonly HttpClient _http;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lazy<EventGridPublisherClient> _topic;

    /// <summary>Makes a sender.</summary>
    /// <param name="outbox">Notices in the account.</param>
    /// <param name="definitions">Definitions, which name webhooks.</param>
    /// <param name="settings">Further receivers.</param>
    /// <param name="http">Client; its time-out is the limit of one delivery.</param>
    /// <param name="logger">Gets a line for each delivery that failed.</param>
    /// <param name="time">Clock for signatures and for the mark of delivery.</param>
    /// <param name="credential">Identity towards Event Grid; the program's own where none is given.</param>
    public NoticeSender(
        NoticeOutbox outbox, DefinitionStore definitions, NotificationSettings settings, HttpClient http,
        ILogger<NoticeSender> logger, TimeProvider time, TokenCredential? credential = null)
    {
        _outbox = outbox;
        _definitions = definitions;
        _settings = settings;
        _http = http;
        _logger = logger;
        _time = time;
        _topic = new Lazy<EventGridPublisherClient>(() => new EventGridPublisherClient(
            settings.Topic, credential ?? new DefaultAzureCredential(), new EventGridPublisherClientOptions { Transport = new HttpClientTransport(http) }));
    }

    /// <summary>Sends one notice to every receiver that has not taken it yet.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="name">Name of the blob in the outbox.</param>
    /// <param name="cancellation">Stops the sending.</param>
    /// <exception cref="HttpRequestException">A receiver did not take it; all were tried, and the notice stays undelivered.</exception>
    public async Task SendAsync(PipelineName pipeline, string name, CancellationToken cancellation = default)
    {
        var taken = await _outbox.TakenAsync(name, cancellation);
        if (taken is null)
        {
            return;
        }

        var body = await _outbox.ReadAsync(name, cancellation);
        var receivers = await ReceiversAsync(pipeline, body, cancellation);
        var failed = 0;
        foreach (var receiver in receivers.Where(r => !taken.Contains(r.Key)))
        {
            if (await TrySendAsync(receiver, name, cancellation))
            {
                taken.Add(receiver.Key);
            }
            else
            {
                failed++;
            }
        }

        if (failed > 0)
        {
            await _outbox.MarkTakenAsync(name, taken, cancellation);
            throw new HttpRequestException($"{failed} of {receivers.Count} receivers did not take the notice {name}. It stays in the container notifications and is sent again by the next sweep.");
        }

        await _outbox.MarkDeliveredAsync(name, _time.GetUtcNow(), cancellation);
    }

    /// <summary>Keeps a notice in the account and sends it. A receiver that does not take it now gets it from the next sweep, and a line is logged.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="notice">The notice.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task TellAsync(PipelineName pipeline, Notice notice, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var name = await _outbox.PutAsync(notice, cancellation);
        try
        {
            await SendAsync(pipeline, name, cancellation);
        }
        catch (HttpRequestException e)
        {
            _logger.LogUndelivered(notice.RunId, e.Message);
        }
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
            catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException or RequestFailedException)
            {
                // One that somebody has changed or removed; the others are sent all the same.
                _logger.LogWarning("The notice notifications/{Name} cannot be read and is left where it is: {Reason}", name, e.Message.Split('\n')[0].TrimEnd());
            }
        }

        return sent;
    }

    // A path and query may hold a secret: keys hold a hash of the address, logs its host only.
    private async Task<IReadOnlyList<Receiver>> ReceiversAsync(PipelineName pipeline, BinaryData body, CancellationToken cancellation)
    {
        var notice = CloudEvent.Parse(body)!;
        var content = notice.Data!.ToObjectFromJson<Notice>(ArtifactJson.Compact)!;
        var receivers = new List<Receiver>();
        foreach (var webhook in await WebhooksAsync(pipeline, cancellation))
        {
            receivers.Add(new Receiver("webhook", webhook, stop => PostAsync(webhook, body.ToArray(), "application/cloudevents+json", notice.Id, stop)));
        }

        receivers.AddRange(_settings.Slack.Select(a => new Receiver("slack", a, stop => PostAsync(a, ChatMessages.Slack(content, _settings.Language), "application/json", null, stop))));
        receivers.AddRange(_settings.Teams.Select(a => new Receiver("teams", a, stop => PostAsync(a, ChatMessages.Teams(content, _settings.Language), "application/json", null, stop))));
        if (_settings.Topic is { } topic)
        {
            receivers.Add(new Receiver("eventgrid", topic, async stop => (await _topic.Value.SendEventAsync(notice, stop)).Status));
        }

        return receivers;
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

    private async Task<int> PostAsync(Uri address, byte[] body, string type, string? signedAs, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type) { CharSet = "utf-8" };
        if (signedAs is not null && _settings.Secret is { } secret)
        {
            new WebhookSignature(secret).Sign(request, signedAs, _time.GetUtcNow(), body);
        }

        // Of the answer only its status counts: a body without end is not waited for.
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return (int)response.StatusCode;
    }

    private async Task<bool> TrySendAsync(Receiver receiver, string name, CancellationToken cancellation)
    {
        try
        {
            var status = await receiver.SendAsync(cancellation);
            if (status is >= 200 and < 300)
            {
                return true;
            }

            _logger.LogWarning("The {Kind} at {Host} answered {Status} to the notice {Name}.", receiver.Kind, receiver.Address.Host, status, name);
        }
        catch (Exception e) when (e is HttpRequestException or RequestFailedException or AuthenticationFailedException or JsonException
            || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            var reason = e.Message.Split('\n')[0].TrimEnd();
            _logger.LogWarning("The {Kind} at {Host} could not be reached for the notice {Name}: {Reason}", receiver.Kind, receiver.Address.Host, name, reason);
        }

        return false;
    }

    private sealed record Receiver(string Kind, Uri Address, Func<CancellationToken, Task<int>> SendAsync)
    {
        public string Key { get; } = $"{Kind}_{ContentHash.OfJson(Address.AbsoluteUri)[..12]}";
    }
}
