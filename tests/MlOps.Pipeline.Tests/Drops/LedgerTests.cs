using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Tests.Drops;

public sealed class LedgerTests
{
    private static readonly Ledger Empty = new() { Pipeline = "p" };

    [Fact]
    public void A_run_that_is_admitted_twice_changes_nothing()
    {
        var once = Admit(Empty, "initial", "0x1", "a");

        Assert.Same(once, Admit(once, "initial", "0x1", "a"));
    }

    [Fact]
    public void A_file_that_was_replaced_before_it_was_read_is_superseded()
    {
        var ledger = Admit(Empty, "initial", "0x1", null);

        Assert.Equal(RunState.Superseded, Assert.Single(ledger.Runs).State);
        Assert.Empty(ledger.Drops);
    }

    [Fact]
    public void The_same_bytes_under_the_same_name_are_unchanged_and_known_by_both_etags()
    {
        var ledger = Admit(Accept(Admit(Empty, "initial", "0x1", "a"), "initial", "0x1"), "initial", "0x2", "a");

        Assert.Equal(RunState.Unchanged, ledger.Runs[^1].State);
        Assert.Equal(["0x1", "0x2"], Assert.Single(ledger.Drops).ETags);
    }

    [Fact]
    public void New_bytes_under_the_same_name_are_revision_2_and_supersede_the_busy_run()
    {
        var ledger = Admit(Admit(Empty, "initial", "0x1", "a"), "initial", "0x2", "b");

        Assert.Equal([1, 2], ledger.Drops.Select(d => d.Revision));
        Assert.Equal(RunState.Superseded, LedgerTurns.Next(ledger, "p-initial-0x1", null).State);
        Assert.Equal(Turn.Validate, LedgerTurns.Next(ledger, "p-initial-0x2", null).Turn);
    }

    [Fact]
    public void The_same_bytes_under_a_later_period_are_a_duplicate()
    {
        var ledger = Admit(Admit(Empty, "20201001", "0x1", "a"), "20201101", "0x2", "a");

        Assert.Equal(RunState.Duplicate, ledger.FindRun("p-20201101-0x2")!.State);
        Assert.Contains("20201001.csv", ledger.FindRun("p-20201101-0x2")!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_predecessor_never_entered_the_ledger_is_repeated_under_an_id_of_its_own()
    {
        // The run that the event started was lost before it was admitted, so the sweep started number 2, which is lost as well.
        var ledger = LedgerAdmission.Admit(
            Empty, new AdmissionRequest("p-20201001-0x1-2", "20201001", "p/20201001.csv", "0x1", RunKind.Recovery), new DropBytes("a", 1), default);

        ledger = Sweep.Recover(ledger, ["p-20201001-0x1-2"], restate: true, hasDefinition: true, default);

        Assert.Equal(["p-20201001-0x1-2", "p-20201001-0x1-3"], ledger.Runs.Select(r => r.RunId));
        Assert.Equal([RunState.Failed, RunState.Active], ledger.Runs.Select(r => r.State));
    }

    [Fact]
    public void A_refused_revision_lets_the_one_before_stand()
    {
        var ledger = Accept(Admit(Empty, "initial", "0x1", "a"), "initial", "0x1");
        ledger = Admit(ledger, "initial", "0x2", "bad");
        ledger = LedgerEndings.Judge(ledger, "p-initial-0x2", accepted: false, "", 0, false);

        Assert.Equal("a", ledger.InForce("initial")!.Sha256);
        Assert.Equal("a", ledger.Current("initial")!.Sha256);
    }

    [Fact]
    public void A_period_waits_for_the_history_and_for_earlier_files_to_be_validated()
    {
        var ledger = Admit(Empty, "20201101", "0x1", "b");
        Assert.Equal("initial.csv", LedgerTurns.Next(ledger, "p-20201101-0x1", null).Reason);

        ledger = Admit(Accept(Admit(ledger, "initial", "0x2", "a"), "initial", "0x2"), "20201001", "0x3", "c");
        ledger = LedgerEndings.Judge(ledger, "p-20201101-0x1", accepted: true, "a", 1, true);
        Assert.Equal("validation of 20201001.csv", LedgerTurns.Next(ledger, "p-20201101-0x1", null).Reason);
    }

    [Fact]
    public void A_file_that_lies_unread_in_the_input_container_is_waited_for()
    {
        var ledger = Accept(Admit(Empty, "initial", "0x1", "a"), "initial", "0x1");
        ledger = LedgerEndings.Judge(Admit(ledger, "20201101", "0x2", "b"), "p-20201101-0x2", accepted: true, "a", 1, true);
        var input = new Dictionary<string, string> { ["initial"] = "0x1", ["20201101"] = "0x2", ["20201001"] = "0x9", ["20201201"] = "0x8" };

        Assert.Equal("20201001.csv to be read", LedgerTurns.Next(ledger, "p-20201101-0x2", null, input).Reason);
        Assert.Equal(Turn.Predict, LedgerTurns.Next(ledger, "p-20201101-0x2", null, null).Turn);
    }

    [Fact]
    public void A_run_that_failed_is_not_started_again_by_itself_unless_it_only_starved()
    {
        var ledger = Accept(Admit(Empty, "initial", "0x1", "a"), "initial", "0x1");
        ledger = Admit(Admit(ledger, "20201001", "0x2", "b"), "20201101", "0x3", "c");
        ledger = LedgerEndings.End(ledger, "p-20201001-0x2", RunState.Failed, "broken", starved: false, restate: true, hasDefinition: true, default);
        ledger = LedgerEndings.End(ledger, "p-20201101-0x3", RunState.Failed, "starved", starved: true, restate: true, hasDefinition: true, default);

        Assert.Equal(["p-20201101-0x3-2"], ledger.Runs.Where(r => r.State == RunState.Active).Select(r => r.RunId));
    }

    [Fact]
    public void A_claim_is_carried_out_even_if_newer_bytes_arrive_after_it()
    {
        var ledger = Accept(Admit(Empty, "initial", "0x1", "a"), "initial", "0x1");
        ledger = LedgerEndings.Judge(Admit(ledger, "20201001", "0x2", "b"), "p-20201001-0x2", accepted: true, "a", 1, true);
        var hash = LedgerTurns.Next(ledger, "p-20201001-0x2", null).HistoryHash!;
        ledger = LedgerEndings.Claim(ledger, "p-20201001-0x2", hash, "sha", default);
        ledger = Admit(ledger, "20201001", "0x3", "c");

        Assert.Equal(Turn.Publish, LedgerTurns.Next(ledger, "p-20201001-0x2", hash).Turn);
        Assert.Equal(RunState.Superseded, LedgerTurns.Next(LedgerEndings.Complete(ledger, "p-20201001-0x2"), "p-20201001-0x2", hash).State);
    }

    [Fact]
    public void A_lost_run_gets_a_successor_a_limited_number_of_times()
    {
        var ledger = Admit(Empty, "initial", "0x1", "a");
        for (var loss = 0; loss < 2 * Sweep.RecoveriesMax; loss++)
        {
            var lost = ledger.Runs.Where(r => r.State == RunState.Active).Select(r => r.RunId).ToList();
            ledger = Sweep.Recover(ledger, lost, restate: true, hasDefinition: true, default);
            ledger = Sweep.Recover(ledger, lost, restate: true, hasDefinition: true, default);
        }

        Assert.Equal(1 + Sweep.RecoveriesMax, ledger.Runs.Count);
        Assert.All(ledger.Runs, r => Assert.Equal(RunState.Failed, r.State));
    }

    private static Ledger Admit(Ledger ledger, string period, string etag, string? bytes) => LedgerAdmission.Admit(
        ledger,
        new AdmissionRequest(RunIds.ForArrival("p", period, etag), period, $"p/{period}.csv", etag),
        bytes is null ? null : new DropBytes(bytes, bytes.Length),
        default);

    private static Ledger Accept(Ledger ledger, string period, string etag)
    {
        var runId = RunIds.ForArrival("p", period, etag);
        ledger = LedgerEndings.Judge(ledger, runId, accepted: true, "", 1, hasLabel: true);
        return LedgerEndings.End(ledger, runId, RunState.Succeeded, "", starved: false, restate: true, hasDefinition: true, default);
    }
}
