using System.CommandLine;
using MlOps.Cli.Doctor;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops doctor</c>: what is installed, reachable and allowed, and what to do where it is not.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("doctor", "Check what the program needs: what is installed, reachable and allowed; ends with 1 if something is missing.") { json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var findings = await LookAsync(account, parse, cancellation);
            Tell(findings, parse.GetValue(json));
            return findings.Any(f => f.Health == Health.Failed) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static async Task<List<CheckResult>> LookAsync(AccountLocation account, ParseResult parse, CancellationToken cancellation)
    {
        var named = account.Named(parse);
        var folder = account.DataFolder(parse);
        List<CheckResult> findings = [.. await MachineChecks.RunAsync(folder, needsEmulator: named is null, cancellation)];
        if (named is null && LocalAccount.FindRunning(folder) is null)
        {
            findings.Add(CheckResult.Warning("account", $"no `mlops up` is running on {Path.GetFullPath(folder)}", $"Start one with `mlops up --data {folder}`, or name an account with --connection or the variable {AccountLocation.Variable}."));
        }
        else
        {
            findings.AddRange(await AccountChecks.RunAsync(account.Find(parse), cancellation));
        }

        return findings;
    }

    private static void Tell(List<CheckResult> findings, bool json)
    {
        if (json)
        {
            Answer.Json(new { checks = findings.Select(f => new { what = f.What, health = f.Health, found = f.Found, next = f.Next }) });
            return;
        }

        var listing = new Listing("check", "state", "found");
        findings.ForEach(f => listing.Add(f.What, f.Health.ToString().ToLowerInvariant(), f.Found));
        listing.Print();
        foreach (var finding in findings.Where(f => f.Next is not null))
        {
            Answer.Line($"{finding.What}: {finding.Next}");
        }
    }
}
