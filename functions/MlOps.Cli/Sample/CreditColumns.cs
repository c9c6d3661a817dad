namespace MlOps.Cli.Sample;

/// <summary>The 122 columns of the reference case (Home Credit's application table), in its order.</summary>
internal static class CreditColumns
{
    /// <summary>The columns that decide the label, and that the sample's definition selects as features.</summary>
    public static readonly IReadOnlyList<string> Selected =
    [
        "EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3", "DAYS_BIRTH", "DAYS_EMPLOYED", "DAYS_REGISTRATION", "DAYS_ID_PUBLISH",
        "DAYS_LAST_PHONE_CHANGE", "AMT_INCOME_TOTAL", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "NAME_CONTRACT_TYPE",
        "CODE_GENDER", "NAME_EDUCATION_TYPE", "NAME_INCOME_TYPE", "NAME_FAMILY_STATUS", "OCCUPATION_TYPE", "REGION_RATING_CLIENT",
        "OWN_CAR_AGE",
    ];

    // Share of holes of each building measure, among the applicants of whose building anything is known.
    private static readonly (string Name, double Holes)[] Building =
    [
        ("APARTMENTS", 0.02), ("BASEMENTAREA", 0.17), ("YEARS_BEGINEXPLUATATION", 0.01), ("YEARS_BUILD", 0.33), ("COMMONAREA", 0.40),
        ("ELEVATORS", 0.07), ("ENTRANCES", 0.01), ("FLOORSMAX", 0.005), ("FLOORSMIN", 0.36), ("LANDAREA", 0.19),
        ("LIVINGAPARTMENTS", 0.37), ("LIVINGAREA", 0.01), ("NONLIVINGAPARTMENTS", 0.39), ("NONLIVINGAREA", 0.10),
    ];

    private static readonly string[] Weekdays = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];

    private static readonly string[] Organizations =
    [
        "Business Entity Type 3", "Self-employed", "Other", "Medicine", "Business Entity Type 2", "Government", "School",
        "Trade: type 7", "Kindergarten", "Construction", "Business Entity Type 1", "Transport: type 4", "Trade: type 3",
        "Industry: type 9", "Industry: type 3", "Security", "Housing", "Industry: type 11", "Military", "Bank", "Agriculture",
        "Police", "Postal", "University", "Restaurant", "Services", "Hotel", "Telecom", "Electricity", "Insurance",
    ];

    private static readonly (string, double)[] Suites =
    [
        ("Unaccompanied", 0.811), ("Family", 0.131), ("Spouse, partner", 0.037), ("Children", 0.011), ("Other_B", 0.0058), ("Other_A", 0.0028),
    ];

    private static readonly (string, double)[] Housings =
    [
        ("House / apartment", 0.887), ("With parents", 0.048), ("Municipal apartment", 0.036), ("Rented apartment", 0.016),
        ("Office apartment", 0.0085), ("Co-op apartment", 0.0036),
    ];

    private static readonly (string, double)[] Walls =
    [
        ("Panel", 0.44), ("Stone, brick", 0.43), ("Block", 0.061), ("Wooden", 0.036), ("Mixed", 0.015), ("Monolithic", 0.012), ("Others", 0.011),
    ];

    /// <summary>All names, in the order of <see cref="Write"/>.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "SK_ID_CURR", "TARGET", "NAME_CONTRACT_TYPE", "CODE_GENDER", "FLAG_OWN_CAR", "FLAG_OWN_REALTY", "CNT_CHILDREN",
        "AMT_INCOME_TOTAL", "AMT_CREDIT", "AMT_ANNUITY", "AMT_GOODS_PRICE", "NAME_TYPE_SUITE", "NAME_INCOME_TYPE",
        "NAME_EDUCATION_TYPE", "NAME_FAMILY_STATUS", "NAME_HOUSING_TYPE", "REGION_POPULATION_RELATIVE", "DAYS_BIRTH",
        "DAYS_EMPLOYED", "DAYS_REGISTRATION", "DAYS_ID_PUBLISH", "OWN_CAR_AGE", "FLAG_MOBIL", "FLAG_EMP_PHONE",
        "FLAG_WORK_PHONE", "FLAG_CONT_MOBILE", "FLAG_PHONE", "FLAG_EMAIL", "OCCUPATION_TYPE", "CNT_FAM_MEMBERS",
        "REGION_RATING_CLIENT", "REGION_RATING_CLIENT_W_CITY", "WEEKDAY_APPR_PROCESS_START", "HOUR_APPR_PROCESS_START",
        "REG_REGION_NOT_LIVE_REGION", "REG_REGION_NOT_WORK_REGION", "LIVE_REGION_NOT_WORK_REGION", "REG_CITY_NOT_LIVE_CITY",
        "REG_CITY_NOT_WORK_CITY", "LIVE_CITY_NOT_WORK_CITY", "ORGANIZATION_TYPE", "EXT_SOURCE_1", "EXT_SOURCE_2", "EXT_SOURCE_3",
        .. Building.Select(b => b.Name + "_AVG"), .. Building.Select(b => b.Name + "_MODE"), .. Building.Select(b => b.Name + "_MEDI"),
        "FONDKAPREMONT_MODE", "HOUSETYPE_MODE", "TOTALAREA_MODE", "WALLSMATERIAL_MODE", "EMERGENCYSTATE_MODE",
        "OBS_30_CNT_SOCIAL_CIRCLE", "DEF_30_CNT_SOCIAL_CIRCLE", "OBS_60_CNT_SOCIAL_CIRCLE", "DEF_60_CNT_SOCIAL_CIRCLE",
        "DAYS_LAST_PHONE_CHANGE", .. Enumerable.Range(2, 20).Select(i => $"FLAG_DOCUMENT_{i}"),
        "AMT_REQ_CREDIT_BUREAU_HOUR", "AMT_REQ_CREDIT_BUREAU_DAY", "AMT_REQ_CREDIT_BUREAU_WEEK", "AMT_REQ_CREDIT_BUREAU_MON",
        "AMT_REQ_CREDIT_BUREAU_QRT", "AMT_REQ_CREDIT_BUREAU_YEAR",
    ];

    /// <summary>Writes one applicant's row; what the label does not depend on is drawn here.</summary>
    public static void Write(RowWriter row, long id, int label, CreditApplicant a, ref RandomStream random, string? date = null)
    {
        row.Whole(id);
        row.Whole(label);
        WriteApplication(row, a, ref random);
        WriteContact(row, a, ref random);
        WriteProcess(row, a, ref random);
        row.Fraction(a.External1);
        row.Fraction(a.External2);
        row.Fraction(a.External3);
        WriteBuilding(row, ref random);
        WriteCircle(row, ref random);
        row.Whole(a.DaysPhoneChange);
        WriteDocuments(row, ref random);
        WriteBureau(row, ref random);
        if (date is not null)
        {
            row.Text(date);
        }

        row.EndRow();
    }

    private static void WriteApplication(RowWriter row, CreditApplicant a, ref RandomStream random, string? date = null)
    {
        row.Text(a.Contract);
        row.Text(a.Gender);
        row.Text(a.OwnsCar ? "Y" : "N");
        row.Text(random.Chance(0.69) ? "Y" : "N");
        row.Whole(Children(ref random));
        row.Amount(a.Income);
        row.Amount(a.Credit);
        row.Amount(a.Annuity);
        row.Amount(a.GoodsPrice);

        // "Spouse, partner" holds the delimiter, as the reference data does, and so stands in quotes.
        row.Text(random.Chance(0.0042) ? null : Quoted(random.Pick(Suites)));
        row.Text(a.IncomeType);
        row.Text(a.Education);
        row.Text(a.FamilyStatus);
        row.Text(random.Pick(Housings));
        row.Fraction(Math.Round(0.0003 + (0.072 * random.Uniform() * random.Uniform()), 6));
        row.Whole(a.DaysBirth);
        row.Whole(a.DaysEmployed);
        row.Amount(a.DaysRegistration);
        row.Whole(a.DaysIdPublish);
        row.Amount(a.CarAge);
    }

    private static void WriteContact(RowWriter row, CreditApplicant a, ref RandomStream random, string? date = null)
    {
        row.Flag(!random.Chance(0.00001));
        row.Flag(a.DaysEmployed <= 0);
        row.Flag(random.Chance(0.199));
        row.Flag(random.Chance(0.998));
        row.Flag(random.Chance(0.281));
        row.Flag(random.Chance(0.0567));
        row.Text(a.Occupation);
        row.Amount((a.FamilyStatus is "Married" or "Civil marriage" ? 2 : 1) + Children(ref random));
        row.Whole(a.RegionRating);
        row.Whole(random.Chance(0.05) ? 2 : a.RegionRating);
    }

    private static void WriteProcess(RowWriter row, CreditApplicant a, ref RandomStream random, string? date = null)
    {
        row.Text(Weekdays[random.Chance(0.85) ? random.Below(5) : random.Below(7)]);
        row.Whole(Math.Clamp((int)(12 + (3.3 * random.Normal())), 0, 23));
        row.Flag(random.Chance(0.015));
        row.Flag(random.Chance(0.051));
        row.Flag(random.Chance(0.041));
        row.Flag(random.Chance(0.078));
        row.Flag(random.Chance(0.23));
        row.Flag(random.Chance(0.18));
        row.Text(a.DaysEmployed > 0 ? "XNA" : Organizations[(int)(Organizations.Length * random.Uniform() * random.Uniform())]);
    }

    private static void WriteBuilding(RowWriter row, ref RandomStream random)
    {
        var known = random.Chance(0.515);
        Span<double> values = stackalloc double[Building.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = known && !random.Chance(Building[i].Holes) ? Math.Round(random.Uniform() * Math.Sqrt(random.Uniform()), 4) : double.NaN;
        }

        foreach (var factor in (ReadOnlySpan<double>)[1.0, 1.02, 0.99])
        {
            foreach (var value in values)
            {
                row.Amount(Math.Round(Math.Min(1, value * factor), 4));
            }
        }

        row.Text(known && random.Chance(0.62) ? random.Pick([("reg oper account", 0.76), ("reg oper spec account", 0.12), ("not specified", 0.06), ("org spec account", 0.06)]) : null);
        row.Text(known && random.Chance(0.96) ? random.Pick([("block of flats", 0.98), ("specific housing", 0.01), ("terraced house", 0.01)]) : null);
        row.Amount(known ? Math.Round(0.2 * random.Uniform(), 4) : double.NaN);
        row.Text(known && random.Chance(0.95) ? Quoted(random.Pick(Walls)) : null);
        row.Text(known ? (random.Chance(0.014) ? "Yes" : "No") : null);
    }

    private static void WriteCircle(RowWriter row, ref RandomStream random)
    {
        var known = !random.Chance(0.0033);
        var seen = Math.Floor(6 * random.Uniform() * random.Uniform() * random.Uniform());
        var late = random.Chance(0.115) ? 1.0 : 0.0;
        foreach (var value in (ReadOnlySpan<double>)[seen, Math.Min(seen, late), seen, random.Chance(0.25) ? 0 : Math.Min(seen, late)])
        {
            row.Amount(known ? value : double.NaN);
        }
    }

    private static void WriteDocuments(RowWriter row, ref RandomStream random)
    {
        for (var document = 2; document <= 21; document++)
        {
            row.Flag(random.Chance(document switch { 3 => 0.71, 6 => 0.088, 8 => 0.081, 5 => 0.015, 16 => 0.01, _ => 0.001 }));
        }
    }

    private static void WriteBureau(RowWriter row, ref RandomStream random)
    {
        var known = !random.Chance(0.135);
        foreach (var (most, chance) in (ReadOnlySpan<(int, double)>)[(1, 0.006), (1, 0.006), (1, 0.033), (3, 0.2), (2, 0.2), (6, 0.7)])
        {
            var count = random.Chance(chance) ? 1 + random.Below(most) : 0;
            row.Amount(known ? count : double.NaN);
        }
    }

    private static int Children(ref RandomStream random) => random.Chance(0.7) ? 0 : random.Chance(0.67) ? 1 : random.Chance(0.85) ? 2 : 3;

    private static string Quoted(string text) => text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;
}
