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

    /// <summary>Reports an intermediate value.</summary>
    /// <param name="step">The step, 0 or more (for boosting: the iteration). The first report of a step stands.</param>
    /// <param name="value">The objective's value at this step; NaN where there is none.</param>
    /// <returns>Whether the study's pruner wants the trial stopped: then end it with <see cref="Study.TellPruned"/>.</returns>
    /// <exception cref="InvalidOperationException">The trial has ended.</exception>
    public bool Report(int step, double value) => _study.Report(Number, step, value);
}
