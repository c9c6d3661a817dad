using System.Text;
using MlOps.Pipeline.Wording;
using MlOps.Web.Http;

namespace MlOps.Web.Api;

/// <summary>One page of a list.</summary>
/// <param name="Items">The entries.</param>
/// <param name="Continuation">What to send as <c>continuation</c> for the next page; <see langword="null"/> on the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Continuation);

/// <summary>Cuts lists into pages. A continuation names the last entry that was given, so entries that arrive meanwhile shift nothing.</summary>
internal static class Page
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    /// <summary>One page of a list that is in order.</summary>
    /// <param name="ordered">All entries.</param>
    /// <param name="keyOf">Key of an entry, different for each, by which it is found again.</param>
    /// <param name="limit">Entries of the page.</param>
    /// <param name="continuation">Continuation of the page before.</param>
    public static Page<T> Of<T>(IEnumerable<T> ordered, Func<T, string> keyOf, int? limit, string? continuation)
    {
        var count = limit ?? DefaultLimit;
        if (count is < 1 or > MaxLimit)
        {
            throw ApiException.Of(400, "limit is out of range", Sentence.Of("api-limit", ("limit", count)), Sentence.Of("api-limit-next", ("most", MaxLimit)), "limit");
        }

        var rest = ordered;
        if (continuation is not null)
        {
            var after = Decode(continuation);
            var all = ordered as IReadOnlyList<T> ?? [.. ordered];
            var at = 0;
            while (at < all.Count && keyOf(all[at]) != after)
            {
                at++;
            }

            if (at == all.Count)
            {
                throw Unknown();
            }

            rest = all.Skip(at + 1);
        }

        var items = rest.Take(count + 1).ToList();
        if (items.Count <= count)
        {
            return new Page<T>(items, null);
        }

        items.RemoveAt(count);
        return new Page<T>(items, Convert.ToBase64String(Encoding.UTF8.GetBytes(keyOf(items[^1]))));
    }

    private static string Decode(string continuation)
    {
        var bytes = new byte[continuation.Length];
        return Convert.TryFromBase64String(continuation, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : throw Unknown();
    }

    private static ApiException Unknown() =>
        new(400, "continuation is unknown", "The continuation is none that this list has given, or its entry is gone.", "Begin again without it.", where: "continuation");
}
