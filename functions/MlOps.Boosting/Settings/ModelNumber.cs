using System.Globalization;

namespace MlOps.Boosting.Settings;

/// <summary>Numbers as LightGBM's model file writes them: like C's %.17g and %g.</summary>
internal static class ModelNumber
{
    /// <summary>17 significant digits: reads back as the same number.</summary>
    public static string Exact(double value) => General(value, 17);

    /// <summary>6 significant digits.</summary>
    public static string Short(double value) => General(value, 6);

    /// <summary>C's %.{digits}g: fixed notation for exponents from -4 to digits - 1, no trailing zeros.</summary>
    public static string General(double value, int digits)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }

        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        // "E16" gives d.dddddddddddddddde±xxx, correctly rounded.
        string scientific = value.ToString("E" + (digits - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int e = scientific.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = scientific[0] == '-' ? "-" : string.Empty;
        string mantissa = scientific[sign.Length..e].Replace(".", string.Empty, StringComparison.Ordinal).TrimEnd('0');
        if (exponent < -4 || exponent >= digits)
        {
            string fraction = mantissa.Length > 1 ? "." + mantissa[1..] : string.Empty;
            string power = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
            return $"{sign}{mantissa[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{power}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{mantissa}";
        }

        return mantissa.Length <= exponent + 1
            ? sign + mantissa.PadRight(exponent + 1, '0')
            : $"{sign}{mantissa[..(exponent + 1)]}.{mantissa[(exponent + 1)..]}";
    }
}
