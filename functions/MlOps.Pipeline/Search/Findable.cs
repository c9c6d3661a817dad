namespace MlOps.Pipeline.Search;

/// <summary>What a search can ask of a run or a model.</summary>
public sealed class Findable
{
    private readonly Dictionary<string, List<string>> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, double> _numbers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names that can be asked for.</summary>
    public IEnumerable<string> Names => _texts.Keys.Concat(_numbers.Keys);

    /// <summary>Adds a text under a name; a name may have several, of which one has to fit. <see langword="null"/> adds nothing.</summary>
    /// <param name="name">Name.</param>
    /// <param name="text">Text.</param>
    public Findable With(string name, string? text)
    {
        if (text is not null)
        {
            (_texts.TryGetValue(name, out var all) ? all : _texts[name] = []).Add(text);
        }

        return this;
    }

    /// <summary>Adds a number under a name.</summary>
    /// <param name="name">Name.</param>
    /// <param name="number">Number.</param>
    public Findable With(string name, double number)
    {
        _numbers[name] = number;
        return this;
    }

    /// <summary>Adds metrics: by their names those of the part that comes first in <paramref name="first"/>, and all as <c>part.name</c>.</summary>
    /// <param name="metrics">Metrics by part and name.</param>
    /// <param name="first">Parts, the one that a bare name means first.</param>
    public Findable With(IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> metrics, params IReadOnlyList<string> first)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(first);
        foreach (var (part, values) in metrics)
        {
            foreach (var (name, value) in values)
            {
                _numbers[$"{part}.{name}"] = value;
            }
        }

        foreach (var (name, value) in first.Reverse().Where(metrics.ContainsKey).SelectMany(part => metrics[part]))
        {
            _numbers[name] = value;
        }

        return this;
    }

    internal bool TryNumber(string name, out double number) => _numbers.TryGetValue(name, out number);

    internal IReadOnlyList<string> Texts(string name) => _texts.TryGetValue(name, out var all) ? all : [];

    internal bool Says(string text) => _texts.Values.Any(all => all.Exists(t => t.Contains(text, StringComparison.OrdinalIgnoreCase)));
}
