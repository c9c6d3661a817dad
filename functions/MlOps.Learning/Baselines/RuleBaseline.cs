using MlOps.Tabular;

namespace MlOps.Learning.Baselines;

/// <summary>One rule: a row that fulfils every condition gets the score.</summary>
/// <param name="Conditions">Conditions, all of which must hold.</param>
/// <param name="Score">The score, a probability from 0 to 1 for a classification.</param>
public sealed record Rule(IReadOnlyList<RuleCondition> Conditions, double Score)
{
    /// <summary>Reads a rule.</summary>
    /// <param name="when">Conditions joined by <c>and</c>, for instance <c>EXT_SOURCE_2 &lt; 0.3 and NAME_INCOME_TYPE = 'Working'</c>.</param>
    /// <param name="score">The score of rows that fulfil them.</param>
    /// <exception cref="FormatException">A condition cannot be read, or the score is not finite.</exception>
    public static Rule Parse(string when, double score)
    {
        ArgumentNullException.ThrowIfNull(when);
        return double.IsFinite(score)
            ? new([.. when.Split(" and ", StringSplitOptions.TrimEntries).Select(RuleCondition.Parse)], score)
            : throw new FormatException($"The score of the rule \"{when}\" is {score}; it must be a number.");
    }
}

/// <summary>What people know without a model, as rules in the definition: the first release of many products, and the yardstick of what comes after.</summary>
/// <param name="Rules">Rules in order; the first that holds decides.</param>
/// <param name="Otherwise">The score where none holds.</param>
public sealed record RuleBaseline(IReadOnlyList<Rule> Rules, double Otherwise)
{
    /// <summary>Scores the rows of a table.</summary>
    /// <param name="table">A table as it was dropped, before any transform.</param>
    /// <exception cref="ArgumentException">A rule names a column that the table does not have.</exception>
    public double[] Predict(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (Rules.SelectMany(r => r.Conditions).FirstOrDefault(c => table.Find(c.Column) is null) is { } unknown)
        {
            throw new ArgumentException($"A rule names the column {unknown.Column}, which the table does not have.", nameof(table));
        }

        var scores = new double[table.RowCount];
        for (var row = 0; row < scores.Length; row++)
        {
            var first = Rules.FirstOrDefault(r => r.Conditions.All(c => c.Holds(table, row)));
            scores[row] = first?.Score ?? Otherwise;
        }

        return scores;
    }
}
