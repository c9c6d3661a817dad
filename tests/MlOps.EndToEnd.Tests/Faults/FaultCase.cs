using MlOps.EndToEnd.Tests.Arrival;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>The smallest pipeline that does everything: a history and three periods, few rows, few trees.</summary>
internal static class FaultCase
{
    public const int Rows = 60;

    public const string Definition = """
        label: TARGET
        id: SK_ID_CURR
        promote: always
        validation: holdout
        tune: {trials: 0}
        model:
          num_iterations: 3
          num_leaves: 4
          learning_rate: 0.3
          min_data_in_leaf: 5
        """;

    public static readonly string[] Months = SmallCase.Months;

    public static readonly string[] Periods = ["initial", .. Months];

    public static byte[] File(string period) => SmallCase.File(period, period == "initial" ? 240 : Rows);
}
