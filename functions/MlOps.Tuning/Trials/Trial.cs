namespace MlOps.Tuning;

/// <summary>A running trial in the hands of the objective.</summary>
public sealed class Trial
{
    private readonly Study _study;

    internal Trial(Study study, TrialRecord record)
    {
        _study = study;
        Number = record.Number;
        Parameters = record.Parameters;
    }

    /// <summary>Position in the study, from 0.</summary>
    public int Number { get; }

    /// <summary>The parameters to try.</summary>
    public ParameterSet Parameters { get; }

    /// <summary>Reports an intermediate value. The first report of a step stands.</summary>
    /// <param name="step">The step, 0 or more (for boosting: the iteration).</param>
    /// <param name="value">The objective's value at this step; NaN where there is none.</param>
    /// <exception cref="InvalidOperationException">The trial has ended.</exception>
    public void Report(int step, double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        _study.Update(Number, t => t.Intermediate.ContainsKey(step)
            ? t
            : t with { Intermediate = new SortedDictionary<int, double>(t.Intermediate) { [step] = value } });
    }
}
