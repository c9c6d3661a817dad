using System.Globalization;

namespace MlOps.Pipeline.Steps.Incidents;

/// <summary>How figures of the watch are written in sentences.</summary>
internal static class Spelled
{
    /// <summary>A p value; below the smallest normal double it is a matter of rounding.</summary>
    public static string PValue(double? p) => p is not { } value ? "–" : value < 1e-300 ? "< 1e-300" : value.ToString(value < 0.001 ? "0.0e-0" : "0.####", CultureInfo.InvariantCulture);

    /// <summary>A distance of distributions.</summary>
    public static string Distance(double? distance) => distance?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";

    /// <summary>A share in percent.</summary>
    public static string Share(double share) => share.ToString("P1", CultureInfo.InvariantCulture);

    /// <summary>A limit as the definition writes it.</summary>
    public static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
