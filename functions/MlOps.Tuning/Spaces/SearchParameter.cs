using System.Text.Json.Serialization;

namespace MlOps.Tuning;

/// <summary>
/// One dimension of a search space: <see cref="FloatParameter"/>, <see cref="IntParameter"/> or <see cref="CategoricalParameter"/>.
/// In JSON the property <c>type</c> (float, int, categorical) says which.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(FloatParameter), "float")]
[JsonDerivedType(typeof(IntParameter), "int")]
[JsonDerivedType(typeof(CategoricalParameter), "categorical")]
public abstract record SearchParameter
{
    private protected SearchParameter(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The parameter's name, for instance LightGBM's <c>num_leaves</c>.</summary>
    [JsonPropertyName("name")]
    public string Name { get; }

    /// <summary>Whether only one value is possible, so that there is nothing to search.</summary>
    [JsonIgnore]
    public abstract bool IsSingle { get; }

    /// <summary>Whether a value lies in this dimension: within the range, or one of the choices.</summary>
    public abstract bool Contains(ParameterValue value);

    /// <summary>Whether a value of an earlier trial tells something about this dimension, which may have been widened, narrowed or turned from a range into values since.</summary>
    internal abstract bool Observes(ParameterValue value);
}

/// <summary>Where numbers are searched: the axis (logarithm or not), its ends and the grid. Shared by float and int parameters.</summary>
public abstract record NumericParameter : SearchParameter
{
    private protected NumericParameter(string name)
        : base(name)
    {
    }

    /// <summary>The axis on which samplers work.</summary>
    internal abstract NumericAxis Axis { get; }

    /// <inheritdoc/>
    public override bool Contains(ParameterValue value) => !value.IsText && Observes(value);

    /// <inheritdoc/>
    internal override bool Observes(ParameterValue value) => value.AsNumber() is { } number && number >= Axis.Low && number <= Axis.High;
}

/// <summary>A real parameter in [low, high], both ends included.</summary>
public sealed record FloatParameter : NumericParameter
{
    /// <summary>A real parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value; with a step it is lowered to the last grid point.</param>
    /// <param name="log">Search the logarithm: for scales that span decades. Needs low above 0 and no step.</param>
    /// <param name="step">Distance of the grid points low, low + step, …; null for every real number.</param>
    /// <exception cref="ArgumentException">The range is empty, not finite, or log is used with a step or with low at or below 0.</exception>
    [JsonConstructor]
    public FloatParameter(string name, double low, double high, bool log = false, double? step = null)
        : base(name)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || low > high)
        {
            throw new ArgumentException($"{name}: the range {low} to {high} is empty or not finite; low must be at most high.", nameof(high));
        }

        if (log && (low <= 0 || step is not null))
        {
            throw new ArgumentException($"{name}: a logarithmic range needs low above 0 (it is {low}) and no step.", nameof(log));
        }

        if (step is { } s && !(s > 0 && double.IsFinite(s)))
        {
            throw new ArgumentException($"{name}: the step must be above 0; it is {s}.", nameof(step));
        }

        Low = low;
        // A grid of 0.05 over [0, 1] has 21 points although 1 / 0.05 is a rounding error away from 20.
        High = step is { } d ? low + Math.Floor(((high - low) / d) + 1e-8) * d : high;
        Log = log;
        Step = step;
    }

    /// <summary>Smallest value.</summary>
    [JsonPropertyName("low")]
    public double Low { get; }

    /// <summary>Largest value.</summary>
    [JsonPropertyName("high")]
    public double High { get; }

    /// <summary>Whether the logarithm is searched.</summary>
    [JsonPropertyName("log")]
    public bool Log { get; }

    /// <summary>Distance of the grid points, or null.</summary>
    [JsonPropertyName("step")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Step { get; }

    /// <inheritdoc/>
    public override bool IsSingle => Low == High;

    /// <inheritdoc/>
    internal override NumericAxis Axis => new(Low, High, Step, Log);
}

/// <summary>A whole parameter in [low, high], both ends included.</summary>
public sealed record IntParameter : NumericParameter
{
    /// <summary>A whole parameter.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value; with a step above 1 it is lowered to the last grid point.</param>
    /// <param name="log">Search the logarithm. Needs low of 1 or more and a step of 1.</param>
    /// <param name="step">Distance of the grid points, 1 or more.</param>
    /// <exception cref="ArgumentException">The range is empty, or log is used with a step above 1 or with low below 1.</exception>
    [JsonConstructor]
    public IntParameter(string name, long low, long high, bool log = false, long step = 1)
        : base(name)
    {
        if (low > high || step < 1)
        {
            throw new ArgumentException($"{name}: the range {low} to {high} with step {step} is empty; low must be at most high and the step at least 1.", nameof(high));
        }

        if (log && (low < 1 || step != 1))
        {
            throw new ArgumentException($"{name}: a logarithmic range needs low of 1 or more (it is {low}) and a step of 1.", nameof(log));
        }

        Low = low;
        High = low + ((high - low) / step * step);
        Log = log;
        Step = step;
    }

    /// <summary>Smallest value.</summary>
    [JsonPropertyName("low")]
    public long Low { get; }

    /// <summary>Largest value.</summary>
    [JsonPropertyName("high")]
    public long High { get; }

    /// <summary>Whether the logarithm is searched.</summary>
    [JsonPropertyName("log")]
    public bool Log { get; }

    /// <summary>Distance of the grid points.</summary>
    [JsonPropertyName("step")]
    public long Step { get; }

    /// <inheritdoc/>
    public override bool IsSingle => Low == High;

    /// <inheritdoc/>
    public override bool Contains(ParameterValue value) => base.Contains(value) && (value.Number - Low) % Step == 0;

    /// <inheritdoc/>
    internal override NumericAxis Axis => new(Low, High, Step, Log);
}

/// <summary>A parameter with unordered choices.</summary>
public sealed record CategoricalParameter : SearchParameter
{
    /// <summary>A parameter with unordered choices.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="choices">One or more different choices. Numbers are choices too, as they are written.</param>
    /// <exception cref="ArgumentException">There is no choice, or one is given twice.</exception>
    [JsonConstructor]
    public CategoricalParameter(string name, IReadOnlyList<string> choices)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices.Count == 0 || choices.Distinct().Count() != choices.Count)
        {
            throw new ArgumentException($"{name}: the choices [{string.Join(", ", choices)}] must be one or more, each once.", nameof(choices));
        }

        Choices = choices;
    }

    /// <summary>The choices, in order.</summary>
    [JsonPropertyName("choices")]
    public IReadOnlyList<string> Choices { get; }

    /// <inheritdoc/>
    public override bool IsSingle => Choices.Count == 1;

    /// <inheritdoc/>
    public override bool Contains(ParameterValue value) => IndexOf(value) >= 0;

    /// <inheritdoc/>
    internal override bool Observes(ParameterValue value) => Contains(value);

    /// <summary>Same name and same choices in the same order.</summary>
    public bool Equals(CategoricalParameter? other) => other is not null && Name == other.Name && Choices.SequenceEqual(other.Choices);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Choices.Count);

    /// <summary>Index of a value among the choices, or -1. A number counts as the choice that spells it, so that a range which was narrowed to values keeps its history.</summary>
    internal int IndexOf(ParameterValue value)
    {
        var text = value.ToString();
        for (var i = 0; i < Choices.Count; i++)
        {
            if (Choices[i] == text)
            {
                return i;
            }
        }

        return -1;
    }
}
