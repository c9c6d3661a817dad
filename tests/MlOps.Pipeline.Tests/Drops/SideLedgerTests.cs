using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Tests.Drops;

/// <summary>Files of side tables in the ledger: which belong to a period, who waits for them, and what they set off.</summary>
public sealed class SideLedgerTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void To_a_period_belong_the_files_up_to_its_day_and_to_the_history_those_called_initial()
    {
        var ledger = Sides("bureau/20201101", "cards/initial", "bureau/initial", "bureau/20201001");
        Assert.Equal(["bureau/initial", "cards/initial"], Names(ledger, "initial"));
        Assert.Equal(["bureau/initial", "bureau/20201001", "cards/initial"], Names(ledger, "20201001"));
        Assert.Equal(["bureau/initial", "bureau/20201001", "cards/initial"], Names(ledger, "20201031"));
        Assert.Null(SideHistory.Of(new Ledger { Pipeline = "p" }, "20201001"));
    }

    [Fact]
    public void The_same_bytes_again_are_nothing_new_and_other_bytes_are_a_revision()
    {
        var ledger = Sides("bureau/initial");
        var (same, nothing) = SideAdmission.Admit(ledger, Request("bureau/initial", "0x2"), new DropBytes("sha-bureau/initial", 1), Now);
        Assert.Null(nothing);
        Assert.Equal(["0xbureau/initial", "0x2"], Assert.Single(same.Sides!).ETags);

        var (revised, second) = SideAdmission.Admit(same, Request("bureau/initial", "0x3"), new DropBytes("other", 1), Now);
        Assert.Equal(2, second!.Revision);
        // Until it is judged the former one stands, and a refused one leaves it standing.
        Assert.Equal("sha-bureau/initial", Assert.Single(SideHistory.Of(revised, "initial")!).Sha256);
        var refused = SideAdmission.Judge(revised, second.RunId, RunState.Rejected, 0, null, "kept", Now);
        Assert.Equal("sha-bureau/initial", Assert.Single(SideHistory.Of(refused, "initial")!).Sha256);
        var accepted = SideAdmission.Judge(revised, second.RunId, RunState.Succeeded, 1, null, null, Now);
        Assert.Equal(("other", 2), SideHistory.Of(accepted, "initial")![0] is var side ? (side.Sha256, side.Revision) : default);
    }

    [Fact]
    public void A_look_that_failed_or_was_lost_is_taken_again_and_one_that_goes_on_is_not()
    {
        var (ledger, file) = SideAdmission.Admit(new Ledger { Pipeline = "p" }, Request("bureau/initial", "0x1", "r1"), new DropBytes("sha", 1), Now);
        Assert.Equal("r1", SideAdmission.Admit(ledger, Request("bureau/initial", "0x1", "r1"), null, Now).File!.RunId);
        Assert.Null(SideAdmission.Admit(ledger, Request("bureau/initial", "0x1", "r2"), null, Now).File);
        Assert.Equal("r2", SideAdmission.Admit(ledger, Request("bureau/initial", "0x1", "r2") with { Lost = "r1" }, null, Now).File!.RunId);
        var failed = SideAdmission.Judge(ledger, file!.RunId, RunState.Failed, 0, null, null, Now);
        Assert.Equal("r3", SideAdmission.Admit(failed, Request("bureau/initial", "0x1", "r3"), null, Now).File!.RunId);
    }

    [Fact]
    public void A_period_waits_until_its_side_files_are_looked_at_and_where_they_are_required_until_they_are_there()
    {
        var ledger = Period("20201001");
        Assert.Equal(Turn.Predict, Next(ledger).Turn);
        Assert.Equal("bureau/initial.csv", Next(ledger, "bureau").Reason);

        var (pending, file) = SideAdmission.Admit(ledger, Request("bureau/20201001", "0x1"), new DropBytes("sha", 1), Now);
        Assert.Equal((Turn.Wait, "validation of bureau/20201001.csv"), (Next(pending).Turn, Next(pending).Reason));
        var judged = SideAdmission.Judge(pending, file!.RunId, RunState.Succeeded, 1, null, null, Now);
        Assert.Equal((Turn.Wait, "bureau/initial.csv"), (Next(judged, "bureau").Turn, Next(judged, "bureau").Reason));
        Assert.Equal(Turn.Predict, Next(Accept(judged, "bureau/initial"), "bureau").Turn);
        // What comes after the period is not its business.
        Assert.Equal(Turn.Predict, Next(SideAdmission.Admit(ledger, Request("bureau/20201101", "0x1"), new DropBytes("sha", 1), Now).Ledger).Turn);
    }

    [Fact]
    public void A_side_file_that_lies_unread_in_the_input_container_is_waited_for_only_if_it_belongs_to_the_period()
    {
        var ledger = Period("20201001");
        NextTurn With(string file) => LedgerTurns.Next(ledger, "r", null, new Dictionary<string, string> { [file] = "0x9" });
        Assert.Equal("bureau/20200901.csv to be read", With("bureau/20200901").Reason);
        Assert.Equal(Turn.Predict, With("bureau/20201101").Turn);
        Assert.Equal(Turn.Predict, LedgerTurns.Next(Accept(ledger, "bureau/20200901"), "r", null, new Dictionary<string, string> { ["bureau/20200901"] = "0xbureau/20200901" }).Turn);
    }

    [Fact]
    public void A_published_period_is_restated_when_a_side_file_of_it_comes_late_unless_the_definition_says_never()
    {
        var ledger = Period("20201001");
        var hash = Next(ledger).HistoryHash!;
        ledger = LedgerEndings.End(
            LedgerEndings.Complete(LedgerEndings.Claim(ledger, "r", hash, "predictions", Now), "r"), "r", RunState.Succeeded, "", starved: false, restate: true, hasDefinition: true, Now);
        Assert.DoesNotContain(ledger.Runs, r => r.State == RunState.Active);

        Assert.DoesNotContain(LedgerEndings.AddDueRuns(Accept(ledger, "bureau/20201101"), restate: true, hasDefinition: true, Now).Runs, r => r.State == RunState.Active);
        var late = Accept(ledger, "bureau/20200901");
        Assert.Equal(RunKind.Restate, Assert.Single(LedgerEndings.AddDueRuns(late, restate: true, hasDefinition: true, Now).Runs, r => r.State == RunState.Active).Kind);
        Assert.DoesNotContain(LedgerEndings.AddDueRuns(late, restate: false, hasDefinition: true, Now).Runs, r => r.State == RunState.Active);
    }

    [Fact]
    public void A_period_that_has_waited_too_long_for_a_side_file_goes_on_when_it_comes_and_not_before()
    {
        var ledger = Period("20201001");
        ledger = ledger.With(ledger.FindRun("r")! with { WaitsFor = "bureau/20201001.csv" });
        ledger = LedgerEndings.End(ledger, "r", RunState.Failed, "", starved: true, restate: true, hasDefinition: true, Now);
        Assert.DoesNotContain(ledger.Runs, r => r.State == RunState.Active);
        Assert.Single(LedgerEndings.AddDueRuns(Accept(ledger, "bureau/20201001"), restate: true, hasDefinition: true, Now).Runs, r => r.State == RunState.Active);
    }

    [Theory]
    [InlineData("credit/bureau/20201001.csv", "bureau 20201001")]
    [InlineData("credit/bureau/initial.csv", "bureau initial")]
    [InlineData("credit/bureau/20201001.quarantine.csv", "bureau 20201001")]
    [InlineData("credit/bureau/20201001.0x8DC.csv", "bureau 20201001")]
    [InlineData("credit/20201001.csv", null)]
    [InlineData("credit/bureau/notes.csv", null)]
    [InlineData("credit/bureau/old/20201001.csv", null)]
    [InlineData("credit/../20201001.csv", null)]
    public void The_name_of_a_side_file_says_its_source_and_day(string blobName, string? expected) =>
        Assert.Equal(expected, SideName.Read(blobName) is { } name ? $"{name.Source} {name.Period}" : null);

    private static NextTurn Next(Ledger ledger, params string[] required) => LedgerTurns.Next(ledger, "r", null, required: required);

    // A pipeline whose history is accepted and whose period is validated.
    private static Ledger Period(string period)
    {
        var ledger = LedgerAdmission.Admit(new Ledger { Pipeline = "p" }, new AdmissionRequest("i", "initial", "p/initial.csv", "0x1"), new DropBytes("initial", 1), Now);
        ledger = LedgerEndings.End(LedgerEndings.Judge(ledger, "i", true, "", 1, true), "i", RunState.Succeeded, "", false, true, true, Now);
        ledger = LedgerAdmission.Admit(ledger, new AdmissionRequest("r", period, $"p/{period}.csv", "0x1"), new DropBytes("period", 1), Now);
        return LedgerEndings.Judge(ledger, "r", true, "initial", 1, true);
    }

    private static Ledger Sides(params string[] names) => names.Aggregate(new Ledger { Pipeline = "p" }, Accept);

    private static Ledger Accept(Ledger ledger, string name)
    {
        var (admitted, file) = SideAdmission.Admit(ledger, Request(name, $"0x{name}"), new DropBytes($"sha-{name}", 1), Now);
        return SideAdmission.Judge(admitted, file!.RunId, RunState.Succeeded, 1, null, null, Now);
    }

    private static SideRequest Request(string name, string etag, string? runId = null) =>
        new(runId ?? $"run-{name}-{etag}", name.Split('/')[0], name.Split('/')[1], $"p/{name}.csv", etag);

    private static IEnumerable<string>? Names(Ledger ledger, string period) => SideHistory.Of(ledger, period)?.Select(s => $"{s.Source}/{s.Period}");
}
