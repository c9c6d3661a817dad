using System.Globalization;
using System.Text;
using MlOps.Cli.Terminal;
using MlOps.Tabular;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops csv profile</c>: what the columns of a file hold.</summary>
internal static class CsvProfile
{
    /// <summary>Profiles the file in one pass and prints the facts; <paramref name="html"/> also gets the page.</summary>
    /// <param name="path">The CSV.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="label">The label column, if one is named.</param>
    /// <param name="schemaPath">A schema to hold the file against, if one is named.</param>
    /// <param name="json">One JSON document rather than a table.</param>
    /// <param name="html">Where the page goes; nowhere if null.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public static async Task<int> RunAsync(string path, CsvReadOptions options, string? label, string? schemaPath, bool json, string? html, CancellationToken cancellation)
    {
        TableProfile profile;
        IReadOnlyList<CsvError> errors;
        IReadOnlyList<SchemaFinding>? findings = null;
        var schema = schemaPath is null ? null : SchemaCommand.Load(schemaPath);
        await using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan))
        {
            var builder = new ProfileBuilder(label);
            if (schema is null)
            {
                errors = builder.Add(stream, options, cancellation);
            }
            else
            {
                (errors, findings) = builder.AddAndValidate(stream, options, schema, cancellation);
            }

            profile = builder.Build();
        }

        if (label is not null && profile.Columns.All(c => c.Name != label))
        {
            throw new CommandException($"{path} has no column '{label}' for --label.");
        }

        if (html is not null)
        {
            var half = html + ".part";
            await File.WriteAllTextAsync(half, ProfilePage.Html(profile, Path.GetFileName(path)), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
            File.Move(half, html, overwrite: true);
            Answer.Progress($"page written to {html}");
        }

        CsvCommand.TellErrors(path, errors, profile.Errors);
        if (json)
        {
            if (findings is null)
            {
                Answer.Json(profile);
            }
            else
            {
                Answer.Json(new { profile, findings });
            }
        }
        else
        {
            Print(profile);
            foreach (var finding in findings ?? [])
            {
                Answer.Line($"{(finding.Level == FindingLevel.Error ? "error" : "warning")}: {finding.Rule}{(finding.Line > 0 ? $", line {finding.Line}" : "")}: {finding.Message}");
            }
        }

        return findings?.Any(f => f.Level == FindingLevel.Error) == true ? ExitCode.Failed : ExitCode.Done;
    }

    private static void Print(TableProfile profile)
    {
        Answer.Line($"{profile.Rows} rows, {profile.Columns.Count} columns, {profile.Errors} errors");
        var width = Math.Clamp(profile.Columns.Select(c => c.Name.Length).DefaultIfEmpty(6).Max(), 6, 40);
        Answer.Line($"{"column".PadRight(width)}  {"type",-8}{"missing",10}{"distinct",12}{"min",14}{"mean",14}{"median",14}{"max",14}  top");
        foreach (var c in profile.Columns)
        {
            var median = c.Quantiles.FirstOrDefault(q => q.Probability == 0.5)?.Value;
            var top = string.Join(", ", c.Top.Take(3).Select(t => $"{Short(t.Value)} ({t.Count})"));
            Answer.Line($"{Short(c.Name, width).PadRight(width)}  {c.Type,-8}{c.Missing,10}{(c.IsExact ? "" : "~") + c.Distinct,12}{Number(c.Min),14}{Number(c.Mean),14}{Number(median),14}{Number(c.Max),14}  {top}");
        }

        foreach (var c in profile.Columns.Where(c => c.Note is not null))
        {
            Answer.Line($"note: {Short(c.Name, 60)}: {Short(c.Note!, 300)}");
        }
    }

    private static string Number(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "";

    private static string Short(string text, int most = 24)
    {
        var one = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return one.Length > most ? one[..(most - 1)] + "…" : one;
    }
}
