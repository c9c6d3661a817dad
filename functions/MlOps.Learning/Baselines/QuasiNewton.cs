namespace MlOps.Learning.Baselines;

/// <summary>Minimises a smooth convex function: limited-memory BFGS (Nocedal 1980) with a backtracking line search.</summary>
internal static class QuasiNewton
{
    private const int Memory = 10;

    /// <summary>The function's value at a point; fills in its slope there.</summary>
    public delegate double Function(double[] x, double[] slope);

    /// <summary>A point where no component of the slope exceeds the tolerance, or where 1,000 steps or rounding end the way.</summary>
    public static double[] Minimize(double[] start, Function function, double tolerance)
    {
        var x = (double[])start.Clone();
        var slope = new double[x.Length];
        var value = function(x, slope);
        var past = new LinkedList<(double[] Step, double[] Change, double Curvature)>();
        for (var iteration = 0; iteration < 1000 && slope.Max(Math.Abs) > tolerance; iteration++)
        {
            var direction = Direction(slope, past);
            var descent = Dot(slope, direction);
            var (next, nextSlope) = (new double[x.Length], new double[x.Length]);
            var (length, nextValue) = (1.0, double.PositiveInfinity);
            while (length > 1e-12)
            {
                for (var i = 0; i < x.Length; i++)
                {
                    next[i] = x[i] + (length * direction[i]);
                }

                nextValue = function(next, nextSlope);
                // A step within rounding of the value is good enough where the slope still falls.
                if (nextValue <= value + (1e-4 * length * descent) || (Math.Abs(nextValue - value) <= 1e-15 * Math.Abs(value) && Dot(nextSlope, nextSlope) < Dot(slope, slope)))
                {
                    break;
                }

                length /= 2;
            }

            if (length <= 1e-12)
            {
                break;
            }

            double[] step = [.. next.Zip(x, (a, b) => a - b)], change = [.. nextSlope.Zip(slope, (a, b) => a - b)];
            var curvature = Dot(step, change);
            if (curvature > 0)
            {
                past.AddLast((step, change, curvature));
                if (past.Count > Memory)
                {
                    past.RemoveFirst();
                }
            }

            (x, slope, value) = (next, nextSlope, nextValue);
        }

        return x;
    }

    /// <summary>The two-loop recursion: minus the approximate inverse Hessian times the slope.</summary>
    private static double[] Direction(double[] slope, LinkedList<(double[] Step, double[] Change, double Curvature)> past)
    {
        var direction = Array.ConvertAll(slope, v => -v);
        var factors = new Stack<double>();
        for (var node = past.Last; node is not null; node = node.Previous)
        {
            var (step, change, curvature) = node.Value;
            var factor = Dot(step, direction) / curvature;
            factors.Push(factor);
            Add(direction, -factor, change);
        }

        if (past.Last?.Value is var (_, lastChange, lastCurvature))
        {
            var scale = lastCurvature / Dot(lastChange, lastChange);
            direction = Array.ConvertAll(direction, v => v * scale);
        }

        for (var node = past.First; node is not null; node = node.Next)
        {
            var (step, change, curvature) = node.Value;
            Add(direction, factors.Pop() - (Dot(change, direction) / curvature), step);
        }

        return direction;
    }

    private static void Add(double[] to, double factor, double[] what)
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] += factor * what[i];
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
