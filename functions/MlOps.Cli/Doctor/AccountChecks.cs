using System.Globalization;
using Azure;
using Azure.Identity;
using MlOps.Cli.Hosting;
using MlOps.Pipeline.Definitions;

namespace MlOps.Cli.Doctor;

/// <summary>What the storage account lets the program do: answer, read, write, drive runs; whether its clock and its definitions are right.</summary>
internal static class AccountChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Storage refuses requests that are signed a quarter of an hour off.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>All checks of an account; after the first that shows that it does not answer, none.</summary>
    /// <param name="account">The account.</param>
    /// <param name="cancellation">Stops the checks.</param>
    public static async Task<IReadOnlyList<CheckResult>> RunAsync(ConnectedAccount account, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var found = new List<CheckResult>();
        try
        {
            var reached = await ReachAsync(account, found, limit.Token);
            if (reached)
            {
                found.Add(await WriteAsync(account, limit.Token));
                found.Add(await HubAsync(account, limit.Token));
                found.Add(await DefinitionsAsync(account, limit.Token));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            found.Add(CheckResult.Failed("account", $"{account.Storage.Service.Uri.Host} did not answer all questions within {Patience.TotalSeconds:0} s", "Is the network right, and `mlops up` running?"));
        }

        return found;
    }

    private static async Task<bool> ReachAsync(ConnectedAccount account, List<CheckResult> found, CancellationToken cancellation)
    {
        const string what = "account";
        var host = account.Storage.Service.Uri.Authority;
        try
        {
            var answer = await account.Storage.Definitions.ExistsAsync(cancellation);
            found.Add(answer.Value
                ? CheckResult.Ok(what, $"{host} answers")
                : CheckResult.Warning(what, $"{host} answers and has none of the containers", "`mlops up` or the deployed app makes them when it starts."));
            if (answer.GetRawResponse()?.Headers.Date is { } theirs)
            {
                var apart = (DateTimeOffset.UtcNow - theirs).Duration();
                found.Add(apart <= ClockTolerance
                    ? CheckResult.Ok("clock", "agrees with the account's")
                    : CheckResult.Failed("clock", string.Create(CultureInfo.InvariantCulture, $"this machine's is {apart.TotalMinutes:0} min off the account's"), "Set this machine's clock: storage refuses what is signed a quarter of an hour off, and days would be taken for others."));
            }

            return answer.Value;
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            found.Add(CheckResult.Failed(what, $"{host} does not let you read (HTTP {e.Status}, {e.ErrorCode ?? "no code"})", "Check the key in --connection, or your roles on the account (Storage Blob Data Reader at least)."));
        }
        catch (AuthenticationFailedException e)
        {
            found.Add(CheckResult.Failed(what, $"no identity to sign in with: {e.Message.Split('\n')[0].Trim()}", "Sign in (`az login`), run under a managed identity, or give a connection string."));
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            found.Add(CheckResult.Failed(what, $"{host} does not answer", "Is the network right, and --connection? A local account answers while `mlops up` runs."));
        }

        return false;
    }

    private static async Task<CheckResult> WriteAsync(ConnectedAccount account, CancellationToken cancellation)
    {
        // No pipeline's name begins with an underscore.
        var probe = account.Storage.Artifacts.GetBlobClient("_health/doctor");
        try
        {
            await probe.UploadAsync(BinaryData.FromString("doctor"), overwrite: true, cancellation);
            await probe.DeleteIfExistsAsync(cancellationToken: cancellation);
            return CheckResult.Ok("rights", "you may read and write blobs");
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            return CheckResult.Warning("rights", $"you may read blobs and not write them (HTTP {e.Status})", "Enough to look. To drop files or steer runs you need Storage Blob Data Contributor.");
        }
        catch (RequestFailedException e)
        {
            return CheckResult.Failed("rights", $"a blob could not be written (HTTP {e.Status}, {e.ErrorCode ?? "no code"})", "On this machine that mostly means that the disk of the data folder is full: make room.");
        }
    }

    private static async Task<CheckResult> HubAsync(ConnectedAccount account, CancellationToken cancellation)
    {
        try
        {
            await account.Client.GetInstancesAsync("doctor-asks-for-no-run", cancellation);
            return CheckResult.Ok("task hub", "queues and tables answer");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return CheckResult.Warning("task hub", $"the runs cannot be asked: {e.Message.Split('\n')[0].Trim()}", "Runs go on without you; to see their steps and to steer them you need the account's queues and tables (Storage Queue and Table Data Contributor).");
        }
    }

    private static async Task<CheckResult> DefinitionsAsync(ConnectedAccount account, CancellationToken cancellation)
    {
        var names = (await account.History.DefinedAsync(cancellation)).Select(n => n.Value).Order(StringComparer.Ordinal).ToArray();
        foreach (var name in names)
        {
            var text = (await account.Storage.Definitions.GetBlobClient($"{name}.yaml").DownloadContentAsync(cancellation)).Value.Content.ToString();
            try
            {
                PipelineDefinition.Parse(text, $"definitions/{name}.yaml");
            }
            catch (DefinitionException e)
            {
                return CheckResult.Failed("definitions", e.Message.ReplaceLineEndings(" "), $"Mend definitions/{name}.yaml; until then its files are refused.");
            }
        }

        return names.Length > 0 ? CheckResult.Ok("definitions", names.Length == 1 ? $"one pipeline, {names[0]}, which can be read" : $"{names.Length} pipelines, each of which can be read") : CheckResult.Warning("definitions", "none yet", "`mlops init FILE.csv` drafts one; put it into definitions/.");
    }
}
