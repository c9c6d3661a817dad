using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Storage;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>What a system has left when all its runs have ended: everything that must be the same whatever went wrong on the way.</summary>
internal sealed partial class Aftermath
{
    private readonly StorageAccount account;
    private readonly List<string> problems = [];

    private Aftermath(StorageAccount account) => this.account = account;

    /// <summary>What is wrong in itself, in sentences; none in a good end.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Facts that are equal after undisturbed runs, by name.</summary>
    public SortedDictionary<string, string> Facts { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs of the ledger.</summary>
    public int Runs { get; private set; }

    /// <summary>Looks at all of it.</summary>
    /// <param name="account">The account, without faults.</param>
    public static async Task<Aftermath> LookAsync(StorageAccount account)
    {
        var after = new Aftermath(account);
        var ledger = await new LedgerStore(account).ReadAsync(ArrivalSystem.Name);
        await after.LookAtOutputsAsync(ledger);
        after.LookAtLedger(ledger);
        await after.LookAtNoticesAsync(ledger);
        await after.LookAtChampionsAsync();
        await after.LookAtArtifactsAsync();
        after.Runs = ledger.Runs.Count;
        return after;
    }

    /// <summary>What differs from an undisturbed end.</summary>
    /// <param name="calm">The undisturbed end.</param>
    public IEnumerable<string> Against(Aftermath calm) => Facts.Keys.Union(calm.Facts.Keys)
        .Where(name => Facts.GetValueOrDefault(name) != calm.Facts.GetValueOrDefault(name))
        .Select(name => $"{name}: {Without(Facts, calm.Facts, name)}; undisturbed {Without(calm.Facts, Facts, name)}");

    // Long lists differ in a few words.
    private static string Without(SortedDictionary<string, string> facts, SortedDictionary<string, string> others, string name) =>
        name != "artifacts" ? facts.GetValueOrDefault(name, "none")
        : string.Join(' ', facts[name].Split('\n').Except(others[name].Split('\n'))) is { Length: > 0 } more ? more : "nothing else";

    private void Check(bool holds, string problem)
    {
        if (!holds)
        {
            problems.Add(problem);
        }
    }

    private async Task LookAtOutputsAsync(Ledger ledger)
    {
        var names = await ArrivalSystem.NamesAsync(account.Output);
        Facts["output"] = string.Join(' ', names);
        foreach (var month in FaultCase.Months.Where(m => names.Contains(OutputFiles.PredictionsName(ArrivalSystem.Pipeline, m))))
        {
            var bytes = await ArrivalSystem.ReadAsync(account.Output, OutputFiles.PredictionsName(ArrivalSystem.Pipeline, month));
            var manifest = JsonSerializer.Deserialize<Manifest>(await ArrivalSystem.ReadAsync(account.Output, OutputFiles.ManifestName(ArrivalSystem.Pipeline, month)), ArtifactJson.Compact)!;
            var report = await ArrivalSystem.ReadAsync(account.Output, manifest.Report!);
            Facts["predictions " + month] = ContentHash.Of(bytes);
            Facts["model " + month] = manifest.ModelSha256;
            Facts["revision " + month] = $"{manifest.Revision}";
            Check(manifest.PredictionsSha256 == ContentHash.Of(bytes), $"The manifest of {month} denies its predictions.");
            Check(manifest.ReportSha256 == ContentHash.Of(report), $"The manifest of {month} denies its report.");
            Check(ledger.Published(month)?.PredictionsSha256 == ContentHash.Of(bytes), $"The ledger denies the predictions of {month}.");
        }
    }

    private void LookAtLedger(Ledger ledger)
    {
        Facts["drops"] = string.Join(' ', ledger.Drops.Select(d => $"{d.Period}.{d.Revision} {d.Verdict} {d.Rows}").Order(StringComparer.Ordinal));
        Facts["publications"] = string.Join(' ', ledger.Publications.Select(p => $"{p.Period}.{p.Revision} {p.Complete}").Order(StringComparer.Ordinal));
        foreach (var run in ledger.Runs)
        {
            Check(run.State == RunState.Succeeded, $"{run.RunId} ({run.Kind}) is {run.State}: {run.Reason}");
        }

        Check(ledger.Runs.Select(r => r.RunId).Distinct().Count() == ledger.Runs.Count, "The ledger has a run twice.");
    }

    private async Task LookAtNoticesAsync(Ledger ledger)
    {
        var notices = (await ArrivalSystem.NamesAsync(account.Notifications, ArrivalSystem.Pipeline + "/")).Select(n => n[(ArrivalSystem.Pipeline.Length + 1)..^".json".Length]);
        var runs = ledger.Runs.Select(r => r.RunId).Order(StringComparer.Ordinal).ToArray();
        Check(notices.Order(StringComparer.Ordinal).SequenceEqual(runs), $"Notices of {string.Join(' ', notices)} for the runs {string.Join(' ', runs)}.");
    }

    private async Task LookAtChampionsAsync()
    {
        var aliases = await new AliasStore(account, new ModelRegistry(account), TimeProvider.System).ReadAsync(ArrivalSystem.Name, CancellationToken.None);
        Facts["decisions"] = string.Join(' ', aliases.History.Select(r => $"{r.Period} {PeriodOf(r.Champion)}<{PeriodOf(r.Previous)}"));
        Check(aliases.Champion is not null && aliases.Champion == aliases.History[^1].Champion, "The champion is not that of the last decision.");
        for (var at = 1; at < aliases.History.Count; at++)
        {
            Check(aliases.History[at].Previous == aliases.History[at - 1].Champion, $"The history of champions has a gap before {aliases.History[at].Period}.");
        }
    }

    private async Task LookAtArtifactsAsync()
    {
        var names = await ArrivalSystem.NamesAsync(account.Artifacts);
        Facts["artifacts"] = string.Join('\n', names.Select(n => Varying().Replace(n, "*")).Where(n => !n.Contains("/ignored/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        foreach (var name in names)
        {
            if (name.EndsWith("/step.json", StringComparison.Ordinal))
            {
                await LookAtStepAsync(name[..^"step.json".Length]);
            }
            else if (Addressed().Match(name) is { Success: true } address)
            {
                Check(ContentHash.Of(await ArrivalSystem.ReadAsync(account.Artifacts, name)) == address.Groups["hash"].Value, $"artifacts/{name} is not what its name says.");
            }
        }

        foreach (var book in new[] { "performance.json", "backtest.json" })
        {
            var name = $"{ArrivalSystem.Pipeline}/{book}";
            using var json = names.Contains(name) ? JsonDocument.Parse(await ArrivalSystem.ReadAsync(account.Artifacts, name)) : null;
            Facts[book] = $"{(json?.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.GetArrayLength() : -1)} entries";
        }
    }

    private async Task LookAtStepAsync(string folder)
    {
        var record = JsonSerializer.Deserialize<StepRecord>(await ArrivalSystem.ReadAsync(account.Artifacts, folder + "step.json"), ArtifactJson.Compact)!;
        foreach (var output in record.Outputs)
        {
            Check(ContentHash.Of(await ArrivalSystem.ReadAsync(account.Artifacts, folder + output.Name)) == output.Sha256, $"artifacts/{folder}{output.Name} is denied by its record.");
        }
    }

    private static string PeriodOf(string? version) => version?.Split('-') is [_, var period, ..] ? period : "none";

    [GeneratedRegex(@"/(?:drops|definitions)/(?<hash>[0-9a-f]{64})\.(?:csv|yaml)$", RegexOptions.CultureInvariant)]
    private static partial Regex Addressed();

    // Ids of runs, hashes of steps that rest on them, times.
    [GeneratedRegex("0x[0-9A-Fa-f]+|[0-9]{8}T[0-9]{6,}", RegexOptions.CultureInvariant)]
    private static partial Regex Varying();
}
