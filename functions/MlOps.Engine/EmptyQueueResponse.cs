using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;

namespace MlOps.Engine;

/// <summary>What the queue service answers to a look into a queue without messages.</summary>
/// <param name="requestId">Id of the request.</param>
internal sealed class EmptyQueueResponse(string requestId) : Response
{
    private static readonly byte[] NoMessages = """<?xml version="1.0" encoding="utf-8"?><QueueMessagesList />"""u8.ToArray();

    /// <inheritdoc/>
    public override int Status => 200;

    /// <inheritdoc/>
    public override string ReasonPhrase => "OK";

    /// <inheritdoc/>
    public override Stream? ContentStream { get; set; } = new MemoryStream(NoMessages, writable: false);

    /// <inheritdoc/>
    public override string ClientRequestId { get; set; } = requestId;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // It holds nothing.
    }

    /// <inheritdoc/>
    protected override bool ContainsHeader(string name) => false;

    /// <inheritdoc/>
    protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];

    /// <inheritdoc/>
    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        return false;
    }

    /// <inheritdoc/>
    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = null;
        return false;
    }
}
