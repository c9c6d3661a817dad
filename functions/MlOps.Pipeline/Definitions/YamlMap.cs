using System.Globalization;
using MlOps.Pipeline.Wording;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>A YAML mapping that is read key by key; what was not read at the end is an error with the nearest known key.</summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode _node;
    private readonly List<DefinitionError> _errors;
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    public YamlMap(YamlMappingNode node, List<DefinitionError> errors)
    {
        _node = node;
        _errors = errors;
    }

    public bool Has(string key)
    {
        _known.Add(key);
        return Find(key) is not null;
    }

    public string? Text(string key)
    {
        if (!Take(key, out var node))
        {
            return null;
        }

        if (node is YamlScalarNode scalar && !IsNull(scalar))
        {
            return scalar.Value;
        }

        Error(node, Sentence.Of("definition-text", ("key", key)));
        return null;
    }

    public T Choice<T>(string key, T otherwise, params (string Text, T Value)[] choices)
    {
        if (!Take(key, out var node))
        {
            return otherwise;
        }

        var text = (node as YamlScalarNode)?.Value;
        foreach (var (name, value) in choices)
        {
            if (name == text)
            {
                return value;
            }
        }

        Error(node, Sentence.Of("definition-choice", ("key", key), ("shown", Show(node)), ("choices", string.Join(", ", choices.Select(c => c.Text)))));
        return otherwise;
    }

    public double Number(string key, double otherwise, double min, double max, bool open = false)
    {
        if (!Take(key, out var node))
        {
            return otherwise;
        }

        if (node is YamlScalarNode { Value: { } text }
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            && (open ? value > min && value < max : value >= min && value <= max))
        {
            return value;
        }

        object range = double.IsInfinity(max) && double.IsInfinity(min) ? "" : Sentence.Of(open ? "definition-between" : "definition-from-to", ("min", min), ("max", max));
        Error(node, Sentence.Of("definition-number", ("key", key), ("shown", Show(node)), ("range", range)));
        return otherwise;
    }

    public int Integer(string key, int otherwise, int min, int max)
    {
        if (!Take(key, out var node))
        {
            return otherwise;
        }

        if (node is YamlScalarNode { Value: { } text }
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max)
        {
            return value;
        }

        Error(node, Sentence.Of("definition-integer", ("key", key), ("shown", Show(node)), ("min", min), ("max", max)));
        return otherwise;
    }

    public IReadOnlyList<string>? Texts(string key)
    {
        if (!Take(key, out var node))
        {
            return null;
        }

        if (node is not YamlSequenceNode list)
        {
            Error(node, Sentence.Of("definition-list", ("key", key)));
            return null;
        }

        var texts = new List<string>();
        foreach (var item in list.Children)
        {
            if (item is YamlScalarNode { Value: { } text })
            {
                if (texts.Contains(text, StringComparer.Ordinal))
                {
                    Error(item, Sentence.Of("definition-twice", ("text", text), ("key", key)));
                }

                texts.Add(text);
            }
            else
            {
                Error(item, Sentence.Of("definition-list-texts", ("key", key)));
            }
        }

        return texts;
    }

    public TimeSpan Duration(string key, TimeSpan otherwise)
    {
        if (!Take(key, out var node))
        {
            return otherwise;
        }

        if (node is YamlScalarNode { Value: { Length: > 1 } text }
            && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count <= 100_000)
        {
            TimeSpan? span = text[^1] switch
            {
                's' => TimeSpan.FromSeconds(count),
                'm' => TimeSpan.FromMinutes(count),
                'h' => TimeSpan.FromHours(count),
                'd' => TimeSpan.FromDays(count),
                _ => null,
            };
            if (span is { } found)
            {
                return found;
            }
        }

        Error(node, Sentence.Of("definition-duration", ("key", key), ("shown", Show(node))));
        return otherwise;
    }

    /// <summary>A nested mapping, or <see langword="null"/> where the key is absent or holds something else.</summary>
    public YamlMap? Map(string key, bool complain = true)
    {
        if (!Take(key, out var node))
        {
            return null;
        }

        if (node is YamlMappingNode map)
        {
            return new YamlMap(map, _errors);
        }

        if (complain)
        {
            Error(node, Sentence.Of("definition-map", ("key", key)));
        }

        return null;
    }

    /// <summary>A list of nested mappings; empty where the key is absent.</summary>
    public IReadOnlyList<YamlMap> Maps(string key)
    {
        if (!Take(key, out var node))
        {
            return [];
        }

        if (node is YamlSequenceNode list && list.Children.All(c => c is YamlMappingNode))
        {
            return [.. list.Children.Select(c => new YamlMap((YamlMappingNode)c, _errors))];
        }

        Error(node, Sentence.Of("definition-maps", ("key", key)));
        return [];
    }

    public YamlNode? Node(string key) => Take(key, out var node) ? node : null;

    public IEnumerable<(string Key, YamlNode Value)> Entries()
    {
        foreach (var (key, value) in _node.Children)
        {
            var text = (key as YamlScalarNode)?.Value ?? "";
            _known.Add(text);
            yield return (text, value);
        }
    }

    /// <summary>Adds an error at a place of the text.</summary>
    public void Error(YamlNode node, Sentence said) => _errors.Add(DefinitionError.Of(node.Start.Line, node.Start.Column, said));

    /// <summary>Adds an error about a setting; where it is absent, at the start of the settings that it belongs to.</summary>
    public void Error(string key, Sentence said) => Error(Find(key) ?? _node, said);

    /// <summary>Reports every key that nobody asked for.</summary>
    public void Finish()
    {
        foreach (var key in _node.Children.Keys)
        {
            var text = (key as YamlScalarNode)?.Value;
            if (text is null)
            {
                Error(key, Sentence.Of("definition-name-text"));
            }
            else if (!_known.Contains(text))
            {
                var nearest = NearestName.Find(text, _known);
                var hint = nearest is null
                    ? Sentence.Of("definition-known", ("names", string.Join(", ", _known.Order(StringComparer.Ordinal))))
                    : Sentence.Of("definition-meant", ("name", nearest));
                Error(key, Sentence.Of("definition-unknown", ("text", PipelineNameText(text)), ("hint", hint)));
            }
        }
    }

    public static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "null" or "~";

    private static string PipelineNameText(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static Sentence Show(YamlNode node) =>
        node is YamlScalarNode scalar ? Sentence.Of("definition-shown", ("text", PipelineNameText(scalar.Value ?? ""))) : Sentence.Of("definition-not-single");

    private bool Take(string key, out YamlNode node)
    {
        _known.Add(key);
        node = Find(key)!;
        return node is not null;
    }

    private YamlNode? Find(string key)
    {
        foreach (var (name, value) in _node.Children)
        {
            if (name is YamlScalarNode { Value: { } text } && text == key)
            {
                return value;
            }
        }

        return null;
    }
}
