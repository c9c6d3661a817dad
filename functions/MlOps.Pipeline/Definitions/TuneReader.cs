using System.Globalization;
using MlOps.Boosting.Settings;
using MlOps.Pipeline.Wording;
using MlOps.Tuning;
using YamlDotNet.RepresentationModel;

namespace MlOps.Pipeline.Definitions;

/// <summary>
/// The <c>tune</c> part of a definition: <c>tune: 10</c>, or <c>tune: {trials: 10, wave: 4, seed: 42, space: {num_leaves: [8, 128]}}</c>.
/// A range is <c>[low, high]</c>, <c>[low, high, log]</c>, or a list of texts to choose from.
/// </summary>
internal static class TuneReader
{
    private const int MaxTrials = 10_000;

    public static TuneSettings Read(YamlMap map)
    {
        if (map.Node("tune") is YamlScalarNode)
        {
            return TuneSettings.Off with { Trials = map.Integer("tune", 0, 0, MaxTrials) };
        }

        var inner = map.Map("tune");
        if (inner is null)
        {
            return TuneSettings.Off;
        }

        var settings = new TuneSettings(
            inner.Integer("trials", 10, 0, MaxTrials),
            inner.Integer("wave", TuneSettings.Off.Wave, 1, 256),
            inner.Integer("seed", TuneSettings.Off.Seed, 0, int.MaxValue),
            Space(inner),
            inner.Has("work") ? (long)inner.Number("work", 1, 1, 9e18) : null,
            inner.Has("time") ? inner.Duration("time", TimeSpan.FromHours(1)) : null,
            inner.Has("ensemble") ? inner.Integer("ensemble", 1, 1, 50) : null,
            PrunerReader.Read(inner));
        if (settings.Time <= TimeSpan.Zero)
        {
            inner.Error("time", Sentence.Of("definition-above-zero", ("key", "time")));
        }

        inner.Finish();
        return settings;
    }

    private static IReadOnlyList<SearchParameter> Space(YamlMap map)
    {
        var inner = map.Map("space");
        if (inner is null)
        {
            return TuneSettings.DefaultSpace;
        }

        var space = new List<SearchParameter>();
        foreach (var (key, value) in inner.Entries())
        {
            try
            {
                var parameter = Parameter(key, value);
                if (parameter is null)
                {
                    inner.Error(value, Sentence.Of("definition-range", ("key", key)));
                }
                else if (space.Exists(p => p.Name == parameter.Name))
                {
                    inner.Error(value, Sentence.Of("definition-range-twice", ("key", key), ("name", parameter.Name)));
                }
                else
                {
                    space.Add(parameter);
                }
            }
            catch (Exception e) when (e is ParameterException or ArgumentException)
            {
                inner.Error(value, Sentence.Of("definition-raw", ("problem", e.Message)));
            }
        }

        return space.Count > 0 ? space : TuneSettings.DefaultSpace;
    }

    private static SearchParameter? Parameter(string key, YamlNode value)
    {
        if (value is not YamlSequenceNode { Children.Count: >= 1 } list || list.Children.Any(c => c is not YamlScalarNode { Value: not null }))
        {
            return null;
        }

        var items = list.Children.Select(c => ((YamlScalarNode)c).Value!).ToArray();
        var name = Parameters.Parse([KeyValuePair.Create(key, items[0])]).Given.Select(g => g.Key).FirstOrDefault(key);
        var log = items.Length == 3 && items[2] == "log";
        if ((items.Length != 2 && !log) || !double.TryParse(items[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var low)
            || !double.TryParse(items[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var high))
        {
            return new CategoricalParameter(name, items);
        }

        // A range whose ends are written as whole numbers is one of whole numbers, unless the parameter is a fraction.
        return long.TryParse(items[0], out var least) && long.TryParse(items[1], out var most) && IsWhole(name)
            ? new IntParameter(name, least, most, log)
            : new FloatParameter(name, low, high, log);
    }

    private static bool IsWhole(string name)
    {
        try
        {
            _ = Parameters.Parse([KeyValuePair.Create(name, "1.5")]);
            return false;
        }
        catch (ParameterException)
        {
            return true;
        }
    }
}
