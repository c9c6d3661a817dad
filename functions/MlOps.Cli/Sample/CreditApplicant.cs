namespace MlOps.Cli.Sample;

/// <summary>
/// One applicant: the twenty values that decide the label, as they stand in the file (rounded, NaN or null where the
/// file has a hole). The shapes are those of consumer lending in general; no person's data went into them.
/// </summary>
internal sealed class CreditApplicant
{
    private static readonly (string, double)[] Educations =
    [
        ("Secondary / secondary special", 0.71), ("Higher education", 0.243), ("Incomplete higher", 0.033),
        ("Lower secondary", 0.0135), ("Academic degree", 0.0005),
    ];

    private static readonly (string, double)[] WorkingTypes =
    [
        ("Working", 0.63), ("Commercial associate", 0.285), ("State servant", 0.0848), ("Unemployed", 0.0001), ("Student", 0.0001),
    ];

    private static readonly (string, double)[] FamilyStatuses =
    [
        ("Married", 0.64), ("Single / not married", 0.148), ("Civil marriage", 0.097), ("Separated", 0.064), ("Widow", 0.051),
    ];

    private static readonly (string, double)[] Occupations =
    [
        ("Laborers", 0.26), ("Sales staff", 0.152), ("Core staff", 0.131), ("Managers", 0.101), ("Drivers", 0.088),
        ("High skill tech staff", 0.054), ("Accountants", 0.046), ("Medicine staff", 0.040), ("Security staff", 0.032),
        ("Cooking staff", 0.028), ("Cleaning staff", 0.022), ("Private service staff", 0.0125), ("Low-skill Laborers", 0.01),
        ("Waiters/barmen staff", 0.0064), ("Secretaries", 0.0062), ("Realty agents", 0.0036), ("HR staff", 0.0027), ("IT staff", 0.0025),
    ];

    public string Contract { get; private init; } = "";

    public string Gender { get; private init; } = "";

    public double Income { get; private init; }

    public double Credit { get; private init; }

    public double Annuity { get; private init; }

    public double GoodsPrice { get; private init; }

    public string IncomeType { get; private init; } = "";

    public string Education { get; private init; } = "";

    public string FamilyStatus { get; private init; } = "";

    public string? Occupation { get; private init; }

    public int DaysBirth { get; private init; }

    public int DaysEmployed { get; private init; }

    public int DaysRegistration { get; private init; }

    public int DaysIdPublish { get; private init; }

    public int DaysPhoneChange { get; private init; }

    public bool OwnsCar { get; private init; }

    public double CarAge { get; private init; }

    public int RegionRating { get; private init; }

    public double External1 { get; private init; }

    public double External2 { get; private init; }

    public double External3 { get; private init; }

    /// <summary>Draws one applicant.</summary>
    /// <param name="random">The row's stream.</param>
    /// <param name="drift">0 for the world of the history, 1 and 2 for the later periods that have moved away from it.</param>
    public static CreditApplicant Draw(ref RandomStream random, int drift)
    {
        var wealth = random.Normal();
        var age = Math.Clamp(43.5 + (12.0 * random.Normal()), 20.6, 69.0);
        var pensioner = random.Chance(age > 60 ? 0.85 : age > 54 ? 0.42 : 0.015);
        var revolving = random.Chance(0.095 + (0.09 * drift));
        var income = Math.Round(Math.Exp(11.92 + (0.30 * wealth) + (0.32 * random.Normal()) - (pensioner ? 0.2 : 0)) * (1 + (0.16 * drift)) / 4500) * 4500;
        var credit = Math.Round(Math.Exp((revolving ? 12.4 : 13.05) + (0.28 * wealth) + (0.5 * random.Normal())) * 2) / 2;
        var term = revolving ? 20.0 : 12 + (24 * random.Uniform());
        var ownsCar = random.Chance(0.34 + (0.05 * Math.Clamp(wealth, -2, 2)));
        return new CreditApplicant
        {
            Contract = revolving ? "Revolving loans" : "Cash loans",
            Gender = random.Pick([("F", 0.6583), ("M", 0.3416), ("XNA", 0.0001)]),
            Income = Math.Max(27000, income),
            Credit = credit,
            Annuity = random.Chance(0.0005) ? double.NaN : Math.Round(credit / term * (1 + (0.25 * random.Uniform())) * 2) / 2,
            GoodsPrice = random.Chance(0.001) ? double.NaN : Math.Round(credit * (1 - (0.28 * random.Uniform() * random.Uniform())) / 4500) * 4500,
            IncomeType = pensioner ? "Pensioner" : random.Pick(WorkingTypes),
            Education = wealth > 0.8 && random.Chance(0.35) ? "Higher education" : random.Pick(Educations),
            FamilyStatus = random.Pick(FamilyStatuses),
            Occupation = pensioner || random.Chance(0.16) ? null : random.Pick(Occupations),
            DaysBirth = -(int)(age * 365.25),

            // The reference data marks people without work by a thousand years in the future.
            DaysEmployed = pensioner ? 365243 : -(int)Math.Min((age - 18) * 365, Math.Exp(7.3 + (0.95 * random.Normal()))),
            DaysRegistration = -(int)(Math.Min(1.0, random.Uniform() * (0.35 + (0.75 * random.Uniform()))) * (age * 330)),
            DaysIdPublish = -(int)(6200 * Math.Sqrt(random.Uniform())),
            DaysPhoneChange = -(int)(4200 * random.Uniform() * random.Uniform() / (1 + (0.6 * drift))),
            OwnsCar = ownsCar,
            CarAge = ownsCar ? Math.Clamp(Math.Round(12 - (2.5 * wealth) + (8 * random.Normal())), 0, 65) : double.NaN,
            RegionRating = random.Chance(0.105 + (0.03 * Math.Clamp(wealth, -2, 2))) ? 1 : random.Chance(0.175) ? 3 : 2,
            External1 = External(ref random, 0.0 + (0.035 * (age - 43)), 0.95, 0.56),
            External2 = External(ref random, 0.12 + (0.12 * wealth) - (0.28 * drift), 0.85, 0.002),
            External3 = External(ref random, 0.10 + (0.01 * (age - 43)), 0.9, 0.198 + (0.13 * drift)),
        };
    }

    /// <summary>A score of a bureau: between 0 and 1, with holes.</summary>
    private static double External(ref RandomStream random, double centre, double spread, double holes)
    {
        var value = centre + (spread * random.Normal());
        return random.Chance(holes) ? double.NaN : Math.Round(1 / (1 + Math.Exp(-value)), 6);
    }
}
