using System.Globalization;
using System.Threading.RateLimiting;
using MlOps.Pipeline.Wording;
using MlOps.Web.Http;

namespace MlOps.Web.Access;

/// <summary>How much a caller may ask for.</summary>
public sealed record ApiLimits
{
    internal const string Uploads = "uploads";
    internal const string Changes = "changes";
    internal const string Scoring = "scoring";

    /// <summary>Bytes of a dropped file, unpacked; default 16 GiB.</summary>
    public long DropBytes { get; init; } = 16L << 30;

    /// <summary>Bytes of the rows of one scoring request; default 64 MiB.</summary>
    public int ScoringBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of a definition; default 1 MiB.</summary>
    public int DefinitionBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of a file that a definition is drafted from, as it comes and unpacked; default 16 MiB.</summary>
    public int DraftBytes { get; init; } = 16 << 20;

    /// <summary>Uploads at the same time; default 4.</summary>
    public int UploadsAtOnce { get; init; } = 4;

    /// <summary>Changes a minute and caller, uploads among them; default 600.</summary>
    public int ChangesAMinute { get; init; } = 600;

    /// <summary>Scoring requests that are worked on at the same time; default four a processor. As many again by 64 wait their turn.</summary>
    public int ScoringAtOnce { get; init; } = 4 * Environment.ProcessorCount;

    /// <summary>Bytes a second below which an upload is given up, after five seconds; default 240.</summary>
    public double UploadBytesASecond { get; init; } = 240;

    /// <summary>Adds the limits on rates.</summary>
    public void AddTo(IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.OnRejected = async (context, _) =>
        {
            var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
            context.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await Problems.WriteAsync(context.HttpContext, ApiException.Of(429, "too many requests", Sentence.Of("api-busy"), Sentence.Of("api-busy-next")));
        };
        options.AddPolicy(Uploads, _ => RateLimitPartition.GetConcurrencyLimiter("all", _ => new ConcurrencyLimiterOptions { PermitLimit = UploadsAtOnce }));
        options.AddPolicy(Changes, context => RateLimitPartition.GetFixedWindowLimiter(
            context.Who().Name, _ => new FixedWindowRateLimiterOptions { PermitLimit = ChangesAMinute, Window = TimeSpan.FromMinutes(1) }));
        options.AddPolicy(Scoring, _ => RateLimitPartition.GetConcurrencyLimiter(
            "all", _ => new ConcurrencyLimiterOptions { PermitLimit = ScoringAtOnce, QueueLimit = 64 * ScoringAtOnce }));
    });
}
