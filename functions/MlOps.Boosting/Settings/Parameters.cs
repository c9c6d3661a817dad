using System.Globalization;

namespace MlOps.Boosting.Settings;

/// <summary>
/// Settings of a training, by LightGBM's names, aliases, defaults and bounds. Immutable; checked once, when parsed.
/// Each property says LightGBM's spelling where it differs from the C# name only by case and underscores.
/// </summary>
public sealed partial class Parameters
{
    private readonly Dictionary<string, string> _given;

    private Parameters(Dictionary<string, string> given)
    {
        _given = given;
        int[]? seeds = given.ContainsKey("seed") ? DerivedSeeds(Integer("seed")) : null;
        DataRandomSeed = SeedOf("data_random_seed", seeds, 0);
        BaggingSeed = SeedOf("bagging_seed", seeds, 1);
        DropSeed = SeedOf("drop_seed", seeds, 2);
        FeatureFractionSeed = SeedOf("feature_fraction_seed", seeds, 3);
        ObjectiveSeed = SeedOf("objective_seed", seeds, 4);
        ExtraSeed = SeedOf("extra_seed", seeds, 5);
        Read();
        Normalise();
        ParameterRules.Check(this);
    }

    /// <summary>Every default.</summary>
    public static Parameters Default { get; } = new([]);

    /// <summary>Parses settings by LightGBM's names or aliases.</summary>
    /// <param name="settings">Names with values as text: numbers in invariant form, flags as true/false/1/0, lists separated by commas.</param>
    /// <returns>The checked parameters.</returns>
    /// <exception cref="ParameterException">
    /// A name is unknown (the message names the nearest one), a value does not parse or is out of range, the same
    /// parameter is given twice with different values, or two parameters contradict each other.
    /// </exception>
    public static Parameters Parse(IEnumerable<KeyValuePair<string, string>> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var spelled = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string key, string value) in settings)
        {
            string name = key.Trim();
            ParameterEntry entry = ParameterTable.Find(name) ?? throw Unknown(name);
            string text = (value ?? string.Empty).Trim();
            if (given.TryGetValue(entry.Name, out string? earlier) && !string.Equals(earlier, text, StringComparison.Ordinal))
            {
                throw new ParameterException(
                    name,
                    $"{entry.Name} is given twice: {spelled[entry.Name]}={earlier} and {name}={text}. Keep one of them.");
            }

            given[entry.Name] = text;
            spelled[entry.Name] = name;
        }

        return new Parameters(given);
    }

    /// <summary>A copy in which some settings are replaced.</summary>
    /// <param name="settings">Names or aliases with their new values.</param>
    /// <exception cref="ParameterException">As for <see cref="Parse"/>.</exception>
    public Parameters With(IEnumerable<KeyValuePair<string, string>> settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var merged = new Dictionary<string, string>(_given, StringComparer.Ordinal);
        foreach ((string key, string value) in settings)
        {
            merged[(ParameterTable.Find(key) ?? throw Unknown(key)).Name] = value;
        }

        return new Parameters(merged) { OneHotGroups = OneHotGroups };
    }

    /// <summary>A copy in which one setting is replaced.</summary>
    /// <param name="name">Name or alias.</param>
    /// <param name="value">New value as text.</param>
    /// <exception cref="ParameterException">As for <see cref="Parse"/>.</exception>
    public Parameters With(string name, string value) => With([KeyValuePair.Create(name, value)]);

    /// <summary>Whether a parameter was given rather than left at its default.</summary>
    /// <param name="name">LightGBM's name.</param>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>The settings that were given, by LightGBM's names, in ordinal order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Given =>
        [.. _given.OrderBy(pair => pair.Key, StringComparer.Ordinal)];

    /// <summary>The text of a parameter as given, or its default.</summary>
    /// <param name="name">LightGBM's name.</param>
    public string Text(string name) =>
        _given.TryGetValue(name, out string? text) ? text : ParameterTable.Find(name)!.Default;

    /// <summary>
    /// Groups of features, by index, of which exactly one is 1 in every row and the others 0: the categories of a column. They say the same
    /// twice, so each round leaves out one feature of each group, another one each time. A row in which all are 0, a category that the
    /// training never saw, then goes with another category in each round instead of with always the same one. LightGBM has nothing like it;
    /// the model is one that it reads.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> OneHotGroups { get; private init; } = [];

    /// <summary>A copy with other <see cref="OneHotGroups"/>.</summary>
    /// <param name="groups">Feature indices of each group.</param>
    public Parameters WithOneHotGroups(IReadOnlyList<IReadOnlyList<int>> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return new Parameters(_given) { OneHotGroups = groups };
    }

    private static ParameterException Unknown(string name)
    {
        string? nearest = ParameterTable.Nearest(name);
        string hint = nearest is null ? "See LightGBM's list of parameters." : $"Did you mean '{nearest}'?";
        return new ParameterException(name, $"Unknown parameter '{name}'. {hint}");
    }

    private static int[] DerivedSeeds(int seed)
    {
        var random = new LinearCongruential(seed);
        var seeds = new int[6];
        for (int i = 0; i < seeds.Length; i++)
        {
            seeds[i] = random.NextShort(0, short.MaxValue);
        }

        return seeds;
    }

    private int SeedOf(string name, int[]? derived, int position) =>
        derived is null || _given.ContainsKey(name) ? Integer(name) : derived[position];

    private int Integer(string name) => (int)Checked(name, ParseInteger(name, Text(name)));

    private double Number(string name) => Checked(name, ParseNumber(name, Text(name)));

    private bool Flag(string name) => Text(name).ToLowerInvariant() switch
    {
        "true" or "+" or "1" => true,
        "false" or "-" or "0" => false,
        string text => throw new ParameterException(name, $"{name}={text}: expected true or false."),
    };

    private List<string> Items(string name)
    {
        string text = Text(name).Trim('[', ']', '(', ')', '{', '}', ' ');
        return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(item => item.Trim('"', '\''))];
    }

    private int[] Integers(string name) => [.. Items(name).Select(item => (int)Checked(name, ParseInteger(name, item)))];

    private double[] Numbers(string name) => [.. Items(name).Select(item => Checked(name, ParseNumber(name, item)))];

    private static double Checked(string name, double value)
    {
        ParameterEntry entry = ParameterTable.Find(name)!;
        bool tooSmall = entry.Open ? value <= entry.Minimum : value < entry.Minimum;
        if (tooSmall || value > entry.Maximum || double.IsNaN(value))
        {
            string lower = double.IsNegativeInfinity(entry.Minimum) ? string.Empty : $"{(entry.Open ? "above" : "at least")} {entry.Minimum}";
            string upper = double.IsPositiveInfinity(entry.Maximum) ? string.Empty : $"at most {entry.Maximum}";
            string range = string.Join(" and ", new[] { lower, upper }.Where(part => part.Length > 0));
            throw new ParameterException(name, $"{name}={value}: must be {range}.");
        }

        return value;
    }

    private static int ParseInteger(string name, string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value))
        {
            return value;
        }

        // LightGBM's callers often pass 31.0 where 31 is meant.
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue)
        {
            return (int)number;
        }

        throw new ParameterException(name, $"{name}={text}: expected a whole number.");
    }

    private static double ParseNumber(string name, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : throw new ParameterException(name, $"{name}={text}: expected a number.");
}
