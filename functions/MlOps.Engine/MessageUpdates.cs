using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace MlOps.Engine;

/// <summary>
/// A message that the engine can neither renew, give back nor delete is told to it as one that is gone. It comes back by itself when its time in
/// hiding is up, to this process or another, and what was done of it is not done again: nothing is lost but those seconds. Told of any other
/// failure the engine takes a turn that is written down for one that has failed, or forgets to let go of an instance, of which nothing is worked
/// on any more until the process ends.
/// </summary>
internal sealed class MessageUpdates : HttpPipelinePolicy
{
    private const int PopReceiptMismatch = 400;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => ProcessNext(message, pipeline);

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (!IsOfMessageInHand(message.Request))
        {
            await ProcessNextAsync(message, pipeline);
            return;
        }

        try
        {
            await ProcessNextAsync(message, pipeline);
            if (message.Response.Status is not PopReceiptMismatch and < 500)
            {
                return;
            }

            message.Response.Dispose();
        }
        catch (Exception e) when (!message.CancellationToken.IsCancellationRequested && e is RequestFailedException or AggregateException or IOException or OperationCanceledException)
        {
            // As above.
        }

        message.Response = new Gone(message.Request.ClientRequestId);
    }

    // PUT or DELETE …/queue/messages/id?popreceipt=…
    private static bool IsOfMessageInHand(Request request) =>
        (request.Method == RequestMethod.Put || request.Method == RequestMethod.Delete) && request.Uri.Query.Contains("popreceipt=", StringComparison.OrdinalIgnoreCase);

    private sealed class Gone(string clientRequestId) : Response
    {
        private const string ErrorCode = "x-ms-error-code";

        public override int Status => 404;

        public override string ReasonPhrase => "The specified message does not exist.";

        public override bool IsError => true;

        public override Stream? ContentStream { get; set; }

        public override string ClientRequestId { get; set; } = clientRequestId;

        public override void Dispose()
        {
        }

        protected override bool TryGetHeader(string name, out string value)
        {
            value = ContainsHeader(name) ? "MessageNotFound" : "";
            return value.Length > 0;
        }

        protected override bool TryGetHeaderValues(string name, out IEnumerable<string> values)
        {
            values = TryGetHeader(name, out var value) ? [value] : [];
            return values.Any();
        }

        protected override bool ContainsHeader(string name) => string.Equals(name, ErrorCode, StringComparison.OrdinalIgnoreCase);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [new(ErrorCode, "MessageNotFound")];
    }
}
