namespace MlOps.Tuning;

/// <summary>
/// Normal distributions cut to the axis, one an observation and a wide one in the middle as prior. On a grid the density
/// of a point is the mass of its cell. For logarithmic axes densities are with respect to the logarithm; the Jacobian
/// would cancel between l and g.
/// </summary>
internal sealed class NumericKernels : Kernels
{
    private readonly NumericAxis _axis;
    private readonly double[] _logMass;
    private readonly double[] _logScale;

    // Candidates on a grid meet the same few points again and again; each point's row is computed once.
    private readonly Dictionary<double, double[]> _cells = [];

    public NumericKernels(NumericAxis axis, IReadOnlyList<ParameterValue> observations, TpeBandwidth bandwidth, int dimensions)
    {
        _axis = axis;
        var (a, b) = (axis.Start, axis.End);
        var n = observations.Count;
        Mus = new double[n + 1];
        Sigmas = new double[n + 1];
        for (var i = 0; i < n; i++)
        {
            Mus[i] = axis.Position(observations[i].AsNumber()!.Value);
        }

        Mus[n] = 0.5 * (a + b);
        Sigmas[n] = b - a;
        var widths = Sigmas.AsSpan(0, n);
        if (bandwidth == TpeBandwidth.Scott)
        {
            widths.Fill(0.2 * (b - a) * Math.Pow(n, -1.0 / (dimensions + 4)));
        }
        else
        {
            FillByNeighbours(Mus.AsSpan(0, n), a, b, widths);
        }

        // Never narrower than a share of the axis that shrinks with the number of kernels: otherwise a cluster of
        // observations would become a spike from which the search does not return.
        var narrowest = (b - a) / Math.Min(100, n + 2);
        foreach (ref var width in widths)
        {
            width = Math.Clamp(width, narrowest, b - a);
        }

        _logMass = new double[n + 1];
        _logScale = new double[n + 1];
        for (var i = 0; i <= n; i++)
        {
            _logMass[i] = StandardNormal.LogMass((a - Mus[i]) / Sigmas[i], (b - Mus[i]) / Sigmas[i]);
            _logScale[i] = Math.Log(Sigmas[i]) + _logMass[i];
        }
    }

    /// <summary>Centres on the axis.</summary>
    public double[] Mus { get; }

    /// <summary>Standard deviations before cutting.</summary>
    public double[] Sigmas { get; }

    public override void AddLogDensities(ParameterValue value, Span<double> sums)
    {
        if (_axis.Step is not null)
        {
            var cell = CellOf(value.Number);
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += cell[i];
            }

            return;
        }

        var x = _axis.Position(value.Number);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += StandardNormal.LogDensity((x - Mus[i]) / Sigmas[i]) - _logScale[i];
        }
    }

    public override ParameterValue Draw(int kernel, double uniform)
    {
        var (mu, sigma) = (Mus[kernel], Sigmas[kernel]);
        var z = StandardNormal.TruncatedQuantile(uniform, (_axis.Start - mu) / sigma, (_axis.End - mu) / sigma, _logMass[kernel]);
        return _axis.Value(Math.Clamp(mu + (sigma * z), _axis.Start, _axis.End));
    }

    /// <summary>log of each kernel's mass in a grid point's cell.</summary>
    private double[] CellOf(double value)
    {
        if (!_cells.TryGetValue(value, out var row))
        {
            var (left, right) = _axis.Cell(value);
            row = new double[Mus.Length];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = StandardNormal.LogMass((left - Mus[i]) / Sigmas[i], (right - Mus[i]) / Sigmas[i]) - _logMass[i];
            }

            _cells.Add(value, row);
        }

        return row;
    }

    /// <summary>The larger distance to the neighbour on either side; the ends of the axis are neighbours only of a lone observation and of inner ones.</summary>
    private static void FillByNeighbours(ReadOnlySpan<double> mus, double a, double b, Span<double> widths)
    {
        var n = mus.Length;
        var order = new int[n];
        var sorted = mus.ToArray();
        for (var i = 0; i < n; i++)
        {
            order[i] = i;
        }

        // Equal observations stay in their order, so the sort key is the value, then the place.
        Array.Sort(order, (i, j) => sorted[i] != sorted[j] ? sorted[i].CompareTo(sorted[j]) : i.CompareTo(j));
        for (var p = 0; p < n; p++)
        {
            var mu = mus[order[p]];
            var left = mu - (p == 0 ? a : mus[order[p - 1]]);
            var right = (p == n - 1 ? b : mus[order[p + 1]]) - mu;
            widths[order[p]] = n >= 2 && p == 0 ? right : n >= 2 && p == n - 1 ? left : Math.Max(left, right);
        }
    }
}
