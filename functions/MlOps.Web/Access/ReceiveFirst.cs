namespace MlOps.Web.Access;

/// <summary>An endpoint whose requests are received before they take their turn, so that a slow sender holds no turn that others wait for.</summary>
internal sealed record ReceiveFirst
{
    // What is larger goes on being received in its turn: memory is bounded, and senders of so much are not slow.
    private const int Most = 1 << 20;

    /// <summary>Receives the body, up to a mebibyte, and puts it in the place of the one that comes from the line.</summary>
    /// <param name="context">Request.</param>
    /// <param name="next">What takes turns.</param>
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ReceiveFirst>() is not null)
        {
            var line = context.Request.Body;
            var ahead = new MemoryStream();
            var block = new byte[16 << 10];
            var count = 1;
            while (count > 0 && ahead.Length < Most)
            {
                count = await line.ReadAsync(block, context.RequestAborted);
                await ahead.WriteAsync(block.AsMemory(0, count), context.RequestAborted);
            }

            ahead.Position = 0;
            context.Request.Body = count == 0 ? ahead : new Continued(ahead, line);
        }

        await next(context);
    }

    // What was received, then what comes.
    private sealed class Continued(MemoryStream first, Stream rest) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            first.Position < first.Length ? first.Read(buffer.Span) : await rest.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
