using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;

namespace MlOps.Benchmarks.Join;

/// <summary>
/// The same joins by DuckDB, in this process, from tables in its memory to a table in its memory. Its native library is only there in a build with
/// <c>-p:DuckDb=true</c>, since it is large. Of rows of one key and time it takes any one as the last, so that the sum over last values may differ from the others'.
/// </summary>
internal static class DuckDbJoin
{
    private const string Last = "SELECT main.key, amount AS v FROM main ASOF LEFT JOIN side ON main.key = side.key AND main.as_of > side.time";

    public static void Measure(int runs, int[] keys, double[] times, double[] amounts, double[] asOf)
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        try
        {
            connection.Open();
        }
        catch (Exception problem) when (problem is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            Console.WriteLine("DuckDB: build with -p:DuckDb=true to see its figures");
            return;
        }

        Fill(connection, keys, times, amounts, asOf);
        foreach (var threads in new[] { 1, 2 })
        {
            Do(connection, $"SET threads = {threads}");
            Measure(connection, "last, ASOF JOIN", threads, runs, Last, "sum(v)");
            Measure(connection, "count, sum, mean, max of all, join and group", threads, runs, Grouped(""), "sum(c) + sum(s) + sum(a) + sum(m)");
            Measure(connection, "count, sum, mean, max of 180 days, join and group", threads, runs, Grouped("AND time >= as_of - 180 * 86400.0"), "sum(c) + sum(s) + sum(a) + sum(m)");
        }
    }

    private static string Grouped(string window) =>
        $"SELECT main.key, count(amount) AS c, sum(amount) AS s, avg(amount) AS a, max(amount) AS m FROM main LEFT JOIN side ON main.key = side.key AND time < as_of {window} GROUP BY main.key";

    private static void Measure(DuckDBConnection connection, string what, int threads, int runs, string query, string check)
    {
        var (seconds, processor) = (new List<double>(), new List<double>());
        for (var run = 0; run < runs; run++)
        {
            var before = Environment.CpuUsage.TotalTime;
            var watch = Stopwatch.StartNew();
            Do(connection, $"CREATE OR REPLACE TEMP TABLE made AS {query}");
            seconds.Add(watch.Elapsed.TotalSeconds);
            processor.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
        }

        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT CAST({check} AS DOUBLE) FROM made";
        var sum = Convert.ToDouble(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        JoinBenchmark.Tell("DuckDB", what, threads, seconds, processor, sum);
    }

    private static void Fill(DuckDBConnection connection, int[] keys, double[] times, double[] amounts, double[] asOf)
    {
        Do(connection, "CREATE TABLE side (key INTEGER, time DOUBLE, amount DOUBLE)");
        Do(connection, "CREATE TABLE main (key INTEGER, as_of DOUBLE)");
        using (var side = connection.CreateAppender("side"))
        {
            for (var row = 0; row < keys.Length; row++)
            {
                side.CreateRow().AppendValue(keys[row]).AppendValue(times[row]).AppendValue(amounts[row]).EndRow();
            }
        }

        using var main = connection.CreateAppender("main");
        for (var row = 0; row < asOf.Length; row++)
        {
            main.CreateRow().AppendValue(row).AppendValue(asOf[row]).EndRow();
        }
    }

    private static void Do(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
