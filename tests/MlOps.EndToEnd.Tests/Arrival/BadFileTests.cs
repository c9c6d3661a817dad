using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A system whose history is accepted, shared by the bad files: each comes as a period of its own, and the others go on.</summary>
public sealed class SystemWithHistory(AzuriteFixture azurite) : IAsyncLifetime
{
    internal ArrivalSystem System { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        System = await ArrivalSystem.StartAsync(azurite);
        await System.DropAsync("initial");
        await System.SettledAsync("initial");
    }

    public ValueTask DisposeAsync() => System.DisposeAsync();
}

/// <summary>Every bad file is moved to the rejected container whole, with line, column and reason, and is told of; other files go on.</summary>
public sealed class BadFileTests(SystemWithHistory fixture) : IClassFixture<SystemWithHistory>
{
    private const string Header = "SK_ID_CURR,TARGET,INCOME,DEBT,AGE,CONTRACT,SCORE_1\n";

    private readonly ArrivalSystem system = fixture.System;

    [Fact]
    public Task A_file_that_is_not_csv_is_refused() =>
        IsRefusedAsync("20210101", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 1, 2, 3], "not-a-csv");

    [Fact]
    public Task A_file_of_blank_lines_is_refused() => IsRefusedAsync("20210102", "\n\n\n"u8.ToArray(), "empty-file");

    [Fact]
    public Task A_file_with_a_header_only_is_refused() => IsRefusedAsync("20210103", Utf8(Header), "header-only", line: 1);

    [Fact]
    public Task A_file_with_wrong_columns_is_refused() =>
        IsRefusedAsync("20210104", Utf8(Text("20210104").Replace("DEBT", "DEPT", StringComparison.Ordinal)), "missing-column", line: 1, says: "DEBT");

    [Fact]
    public Task Text_in_a_numeric_column_is_refused() =>
        IsRefusedAsync("20210105", Utf8(Header + "1,0,50,10,30,Cash loans,0.5\n2,1,much,10,30,Cash loans,0.5\n"), "text-in-number", line: 3, column: 3, says: "INCOME");

    [Fact]
    public Task Duplicate_ids_are_refused() =>
        IsRefusedAsync("20210106", Utf8(Header + "1,0,50,10,30,Cash loans,0.5\n2,1,50,10,30,Cash loans,0.5\n1,1,50,10,30,Cash loans,0.5\n"), "duplicate-id", line: 4, column: 1);

    [Fact]
    public Task A_label_with_a_third_value_is_refused() =>
        IsRefusedAsync("20210107", Utf8(Header + "1,0,50,10,30,Cash loans,0.5\n2,2,50,10,30,Cash loans,0.5\n3,1,50,10,30,Cash loans,0.5\n"), "label-value", line: 3, column: 2);

    [Fact]
    public Task A_ragged_row_is_refused() =>
        IsRefusedAsync("20210108", Utf8(Header + "1,0,50,10,30,Cash loans,0.5\n2,1,50,10,30,0.5\n"), "ragged-row", line: 3);

    [Fact]
    public Task Utf_16_that_was_not_declared_is_refused() =>
        IsRefusedAsync("20210109", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text("20210109"))], "encoding", line: 1, says: "UTF-16");

    [Fact]
    public Task Ten_megabytes_in_one_line_are_refused() =>
        IsRefusedAsync("20210110", [.. Enumerable.Repeat((byte)'x', 10 << 20)], null);

    [Fact]
    public async Task An_empty_file_starts_no_run_and_is_refused()
    {
        var etag = await system.DropAsync("20210111", []);
        var id = RunIds.ForRefusal(ArrivalSystem.Pipeline, "credit/20210111.csv", etag);
        await system.UntilAsync(_ => Exists(system.Account.Notifications, $"credit/{id}.json"), "the empty file was told of");

        await IsKeptAsync("20210111", etag, [], "empty-file", 0, 0);
        var notice = await system.NoticeAsync(id);
        Assert.Equal(RunState.Rejected, notice.State);
        Assert.Contains("0 bytes", notice.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain((await system.LedgerAsync()).Runs, r => r.Period == "20210111");
    }

    [Fact]
    public async Task A_file_that_is_not_named_as_a_period_is_refused()
    {
        var put = await system.Account.Input.GetBlobClient("credit/october.csv").UploadAsync(new BinaryData(SmallCase.File("20211001")), overwrite: true);
        var etag = put.Value.ETag.ToString().Trim('"');
        var id = RunIds.ForRefusal(ArrivalSystem.Pipeline, "credit/october.csv", etag);
        await system.UntilAsync(_ => Exists(system.Account.Notifications, $"credit/{id}.json"), "the file was told of");

        await IsKeptAsync("october", etag, SmallCase.File("20211001"), "file-name", 0, 0);
        Assert.Contains("yyyyMMdd", (await system.NoticeAsync(id)).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_history_is_refused_and_the_good_one_after_it_is_taken()
    {
        var ledger = await system.LedgerAsync();
        var etag = await system.DropAsync("initial", Utf8(Header + "1,0,50,10,30,Cash loans,0.5\n2,2,50,10,30,Cash loans,0.5\n3,7,50,10,30,Cash loans,0.5\n"));
        var run = await EndedAsync("initial", etag);

        Assert.Equal(RunState.Rejected, run.State);
        Assert.Equal(ledger.InForce("initial")!.Sha256, (await system.LedgerAsync()).InForce("initial")!.Sha256);
    }

    [Fact]
    public async Task Other_files_go_on_and_a_corrected_file_is_taken()
    {
        await IsRefusedAsync("20210201", Utf8(Header), "header-only", line: 1);

        var good = await EndedAsync("20210202", await system.DropAsync("20210202"));
        var corrected = await EndedAsync("20210201", await system.DropAsync("20210201"));

        Assert.Equal(RunState.Succeeded, good.State);
        Assert.Equal(RunState.Succeeded, corrected.State);
        Assert.NotEmpty(await system.PredictionsAsync("20210201"));
    }

    private static string Text(string period) => Encoding.UTF8.GetString(SmallCase.File(period));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static bool Exists(Azure.Storage.Blobs.BlobContainerClient container, string name) => container.GetBlobClient(name).Exists();

    private async Task<LedgerRun> EndedAsync(string period, string etag)
    {
        var ledger = await system.UntilAsync(
            l => l.Runs.Any(r => r.Period == period && r.ETag == etag && r.State != RunState.Active), $"the run of {period} ended");
        var run = ledger.Runs.First(r => r.Period == period && r.ETag == etag);
        await system.Client.WaitForInstanceCompletionAsync(run.RunId);
        return run;
    }

    private async Task IsRefusedAsync(string period, byte[] bytes, string? code, long line = 0, int column = 0, string says = "")
    {
        var etag = await system.DropAsync(period, bytes);
        var run = await EndedAsync(period, etag);

        Assert.Equal(RunState.Rejected, run.State);
        var list = await IsKeptAsync(period, etag, bytes, code, line, column);
        Assert.Contains(says, list.Errors[0].Message + list.Errors[0].ColumnName, StringComparison.Ordinal);
        Assert.Equal(Verdict.Rejected, (await system.LedgerAsync()).DropOf(run)!.Verdict);
        Assert.False(Exists(system.Account.Output, $"credit/pred_{period}.csv"));

        var notice = await system.NoticeAsync(run.RunId);
        Assert.Equal(RunState.Rejected, notice.State);
        Assert.Equal($"credit/{period}.csv", notice.File);
        Assert.Equal($"credit/{period}.{etag}.csv", notice.RejectedFile);
        Assert.Contains(list.Errors[0].Message.TrimEnd('.'), notice.Summary, StringComparison.Ordinal);
        Assert.Equal($"mlops put credit {period}.csv", notice.Command);
        Assert.Equal(list.ErrorCount, notice.ErrorCount);
    }

    private async Task<RejectionList> IsKeptAsync(string stem, string etag, byte[] bytes, string? code, long line, int column)
    {
        Assert.Equal(bytes, await ArrivalSystem.ReadAsync(system.Account.Rejected, $"credit/{stem}.{etag}.csv"));
        Assert.False(Exists(system.Account.Input, $"credit/{stem}.csv"));
        var list = JsonSerializer.Deserialize<RejectionList>(
            await ArrivalSystem.ReadAsync(system.Account.Rejected, $"credit/{stem}.{etag}.errors.json"), ArtifactJson.Compact)!;
        var error = list.Errors[0];
        Assert.True(code is null || list.Errors.Any(e => e.Code == code), $"expected {code}, found {string.Join("; ", list.Errors)}");
        Assert.NotEmpty(error.Message);
        if (line > 0)
        {
            Assert.Contains(list.Errors, e => e.Code == code && e.Line == line && (column == 0 || e.Column == column));
        }

        return list;
    }
}
