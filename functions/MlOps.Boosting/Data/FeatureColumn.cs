using System.Runtime.CompilerServices;

namespace MlOps.Boosting.Data;

/// <summary>
/// The values of one feature, row by row: doubles, floats or integers, without copying them. NaN means missing.
/// Converts implicitly from the arrays.
/// </summary>
public readonly struct FeatureColumn
{
    private readonly Array _values;

    private FeatureColumn(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = values;
    }

    /// <summary>Number of rows.</summary>
    public int Length => _values?.Length ?? 0;

    /// <summary>The value of a row, widened to a double without loss.</summary>
    /// <param name="row">Row index.</param>
    public double this[int row] => _values switch
    {
        double[] doubles => doubles[row],
        float[] floats => floats[row],
        _ => ((int[])_values)[row],
    };

    /// <summary>A column of doubles.</summary>
    /// <param name="values">The values; not copied.</param>
    public static implicit operator FeatureColumn(double[] values) => new(values);

    /// <summary>A column of floats.</summary>
    /// <param name="values">The values; not copied.</param>
    public static implicit operator FeatureColumn(float[] values) => new(values);

    /// <summary>A column of integers.</summary>
    /// <param name="values">The values; not copied.</param>
    public static implicit operator FeatureColumn(int[] values) => new(values);

    /// <summary>A column of doubles.</summary>
    /// <param name="values">The values; not copied.</param>
    public static FeatureColumn FromDoubles(double[] values) => new(values);

    /// <summary>A column of floats.</summary>
    /// <param name="values">The values; not copied.</param>
    public static FeatureColumn FromFloats(float[] values) => new(values);

    /// <summary>A column of integers.</summary>
    /// <param name="values">The values; not copied.</param>
    public static FeatureColumn FromIntegers(int[] values) => new(values);

    /// <summary>The values of consecutive rows, widened to doubles.</summary>
    /// <param name="start">First row.</param>
    /// <param name="destination">Receives the values; its length says how many.</param>
    public void CopyTo(int start, Span<double> destination)
    {
        switch (_values)
        {
            case double[] doubles:
                doubles.AsSpan(start, destination.Length).CopyTo(destination);
                break;
            case float[] floats:
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = floats[start + i];
                }

                break;
            default:
                var integers = (int[])_values;
                for (int i = 0; i < destination.Length; i++)
                {
                    destination[i] = integers[start + i];
                }

                break;
        }
    }

    /// <summary>The values of consecutive rows: where they lie if they are doubles, else widened into a buffer.</summary>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="buffer">Room for them.</param>
    internal ReadOnlySpan<double> Block(int start, int count, Span<double> buffer)
    {
        if (_values is double[] doubles)
        {
            return doubles.AsSpan(start, count);
        }

        CopyTo(start, buffer[..count]);
        return buffer[..count];
    }

    /// <summary>The values of listed rows, widened into a buffer.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="buffer">Room for them.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ReadOnlySpan<double> Gather(ReadOnlySpan<int> rows, Span<double> buffer)
    {
        switch (_values)
        {
            case double[] doubles:
                for (int i = 0; i < rows.Length; i++)
                {
                    buffer[i] = doubles[rows[i]];
                }

                break;
            case float[] floats:
                for (int i = 0; i < rows.Length; i++)
                {
                    buffer[i] = floats[rows[i]];
                }

                break;
            default:
                var integers = (int[])_values;
                for (int i = 0; i < rows.Length; i++)
                {
                    buffer[i] = integers[rows[i]];
                }

                break;
        }

        return buffer[..rows.Length];
    }
}
