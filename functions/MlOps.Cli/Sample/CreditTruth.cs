namespace MlOps.Cli.Sample;

/// <summary>
/// The rule by which the sample's labels are drawn: a probability from the twenty columns and nothing else. No model
/// can rank better than this probability does, so its AUC is what a model may reach.
/// </summary>
internal static class CreditTruth
{
    // Chosen so that about 8 % of the history defaults and the probability's own AUC is about 0.75.
    private const double Intercept = -3.27;
    private const double Scale = 0.96;

    private static readonly Dictionary<string, double> Occupations = new()
    {
        ["Low-skill Laborers"] = 0.55,
        ["Drivers"] = 0.22,
        ["Waiters/barmen staff"] = 0.20,
        ["Security staff"] = 0.18,
        ["Laborers"] = 0.16,
        ["Cooking staff"] = 0.15,
        ["Sales staff"] = 0.08,
        ["Managers"] = -0.18,
        ["High skill tech staff"] = -0.20,
        ["Core staff"] = -0.22,
        ["Medicine staff"] = -0.25,
        ["Accountants"] = -0.40,
    };

    /// <summary>Probability of default.</summary>
    /// <param name="a">The applicant, as the file shows them.</param>
    public static double Probability(CreditApplicant a) => 1 / (1 + Math.Exp(-(Intercept + (Scale * Score(a)))));

    private static double Score(CreditApplicant a) =>
        External(a) + Person(a) + Work(a) + Loan(a) + (0.6 * Occupations.GetValueOrDefault(a.Occupation ?? "", 0));

    private static double External(CreditApplicant a) =>
        (double.IsNaN(a.External1) ? 0.05 : -2.2 * (a.External1 - 0.5))
        + (double.IsNaN(a.External2) ? 0.2 : -3.0 * (a.External2 - 0.5))
        + (double.IsNaN(a.External3) ? 0.1 : -3.0 * (a.External3 - 0.5));

    private static double Person(CreditApplicant a)
    {
        var years = a.DaysBirth / -365.25;
        var score = years < 45 ? 0.022 * (45 - years) : -0.008 * (years - 45);
        score += a.Gender == "M" ? 0.35 : 0;
        score += a.Education switch { "Higher education" => -0.45, "Lower secondary" => 0.35, "Academic degree" => -0.8, _ => 0 };
        score += a.FamilyStatus switch { "Civil marriage" => 0.12, "Single / not married" => 0.10, "Widow" => -0.15, _ => 0 };
        score += a.RegionRating switch { 1 => -0.35, 3 => 0.35, _ => 0 };
        score += 0.30 * Math.Exp(a.DaysPhoneChange / 500.0);
        score += 0.00005 * (a.DaysIdPublish + 4000);
        return score + (0.00002 * (a.DaysRegistration + 5000));
    }

    private static double Work(CreditApplicant a)
    {
        var score = a.IncomeType switch { "Working" => 0.15, "State servant" => -0.20, "Pensioner" => -0.10, "Unemployed" => 1.0, _ => 0 };
        score += a.DaysEmployed > 0 ? 0 : 0.75 * Math.Exp(a.DaysEmployed / 1100.0);
        return score - (0.12 * Math.Log(a.Income / 150000));
    }

    private static double Loan(CreditApplicant a)
    {
        var score = a.Contract == "Revolving loans" ? -0.35 : 0;
        score += double.IsNaN(a.GoodsPrice) ? 0.2 : 1.0 * Math.Min(0.4, (a.Credit / a.GoodsPrice) - 1.05);
        score += double.IsNaN(a.Annuity) ? 0 : 0.5 * Math.Min(0.6, (a.Annuity / a.Income) - 0.18);
        return score + (double.IsNaN(a.CarAge) ? 0.08 : 0.012 * (a.CarAge - 12));
    }
}
