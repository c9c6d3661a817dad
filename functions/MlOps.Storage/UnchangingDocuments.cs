using System.Collections.Concurrent;

namespace MlOps.Storage;

/// <summary>
/// Documents that never change once they are written, since their name is made of their content: what this process has read of them lately. It saves
/// the requests of every step that asks for the same few records again.
/// </summary>
/// <typeparam name="T">What is read from a document; must not be changed by whoever gets it.</typeparam>
/// <param name="most">Documents that are kept, at least 1; when there are more, all are let go and read again as they are asked for.</param>
public sealed class UnchangingDocuments<T>(int most)
    where T : class
{
    private readonly ConcurrentDictionary<string, T> _read = new(StringComparer.Ordinal);

    /// <summary>The document, if it has been read.</summary>
    /// <param name="name">Name of the blob.</param>
    public T? Find(string name) => _read.GetValueOrDefault(name);

    /// <summary>Keeps a document; <see langword="null"/>, which means that there is none, is not kept.</summary>
    /// <param name="name">Name of the blob.</param>
    /// <param name="document">What was read.</param>
    /// <returns>The document.</returns>
    public T? Keep(string name, T? document)
    {
        if (document is not null)
        {
            if (_read.Count >= most)
            {
                _read.Clear();
            }

            _read[name] = document;
        }

        return document;
    }

    /// <summary>Lets a document go, because it is deleted.</summary>
    /// <param name="name">Name of the blob.</param>
    public void Forget(string name) => _read.TryRemove(name, out _);
}
