using MlOps.Pipeline.Wording;

namespace MlOps.Web.Api;

/// <summary>How the server itself stands.</summary>
/// <param name="Hindrance">What keeps it from beginning anything; <see langword="null"/> from it while nothing does.</param>
internal sealed record ServerState(Func<Sentence?> Hindrance);
