using System.Text.Json;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Tests.Arrival;

public sealed class BlobCreatedEventTests
{
    private const string Data = """
        {"api":"PutBlockList","clientRequestId":"6d79dbfb","requestId":"831e1650","eTag":"\"0x8D4BCC2E4835CD0\"","contentType":"text/csv",
         "contentLength":524288,"blobType":"BlockBlob","url":"https://acct.blob.core.windows.net/input/credit/20201001.csv",
         "sequencer":"00000000000004420000000000028963","storageDiagnostics":{"batchId":"b68529f3"},"somethingNew":[1]}
        """;

    private const string GridEvent = $$"""
        {"topic":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct",
         "subject":"/blobServices/default/containers/input/blobs/credit/20201001.csv","eventType":"Microsoft.Storage.BlobCreated",
         "id":"831e1650-001e-001b-66ab-eeb76e069631","data":{{Data}},"dataVersion":"","metadataVersion":"1","eventTime":"2026-03-01T10:00:00.1234567Z"}
        """;

    private const string CloudEvent = $$"""
        {"source":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct","specversion":"1.0",
         "subject":"/blobServices/default/containers/input/blobs/credit/20201001.csv","type":"Microsoft.Storage.BlobCreated",
         "time":"2026-03-01T10:00:00.1234567Z","id":"831e1650-001e-001b-66ab-eeb76e069631","data":{{Data}}}
        """;

    [Theory]
    [InlineData(GridEvent)]
    [InlineData(CloudEvent)]
    [InlineData("[" + GridEvent + "]")]
    [InlineData("[" + CloudEvent + "]")]
    public void Both_schemas_alone_and_in_an_array_give_the_same_event(string json)
    {
        var drop = Assert.Single(BlobCreatedEvent.Parse(json));

        Assert.Equal("input", drop.Container);
        Assert.Equal("credit/20201001.csv", drop.BlobName);
        Assert.Equal("PutBlockList", drop.Api);
        Assert.Equal("0x8D4BCC2E4835CD0", drop.ETag);
        Assert.Equal(524288, drop.ContentLength);
        Assert.Equal("831e1650-001e-001b-66ab-eeb76e069631", drop.Id);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.Zero).AddTicks(1234567), drop.Time);
    }

    [Fact]
    public void An_array_of_texts_is_an_array_of_events() =>
        Assert.Equal(2, BlobCreatedEvent.Parse(JsonSerializer.Serialize(new[] { GridEvent, CloudEvent })).Count);

    [Fact]
    public void Events_of_other_types_are_left_out() =>
        Assert.Empty(BlobCreatedEvent.Parse(GridEvent.Replace("Microsoft.Storage.BlobCreated", "Microsoft.Storage.BlobDeleted", StringComparison.Ordinal)));

    [Theory]
    [InlineData("https://acct.blob.core.windows.net/input/credit/20201001.csv")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/input/credit/20201001.csv")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/input/credit%2F20201001.csv")]
    public void Without_a_subject_the_address_names_the_blob(string url)
    {
        var json = GridEvent
            .Replace("/blobServices/default/containers/input/blobs/credit/20201001.csv", "x", StringComparison.Ordinal)
            .Replace("https://acct.blob.core.windows.net/input/credit/20201001.csv", url, StringComparison.Ordinal);

        var drop = Assert.Single(BlobCreatedEvent.Parse(json));

        Assert.Equal(("input", "credit/20201001.csv"), (drop.Container, drop.BlobName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("{}")]
    [InlineData("[5]")]
    [InlineData("{\"eventType\":\"Microsoft.Storage.BlobCreated\"}")]
    [InlineData("{\"specversion\":\"1.0\",\"type\":\"Microsoft.Storage.BlobCreated\",\"id\":\"1\",\"source\":\"s\"}")]
    public void What_is_no_event_is_refused_with_a_reason(string json)
    {
        var error = Assert.Throws<FormatException>(() => BlobCreatedEvent.Parse(json));

        Assert.NotEmpty(error.Message);
    }

    [Theory]
    [InlineData("https://acct.blob.core.windows.net/input/credit/20201001.csv", "acct")]
    [InlineData("http://127.0.0.1:10000/devstoreaccount1/input/credit/20201001.csv", "devstoreaccount1")]
    [InlineData("https://files.example.com/input/credit/20201001.csv", null)]
    [InlineData("file:///input/credit/20201001.csv", null)]
    public void The_address_tells_the_account_where_it_names_one(string url, string? account) => Assert.Equal(
        account, Assert.Single(BlobCreatedEvent.Parse(GridEvent.Replace("https://acct.blob.core.windows.net/input/credit/20201001.csv", url, StringComparison.Ordinal))).Account);

    [Fact]
    public void More_than_is_ever_delivered_at_once_is_refused_with_the_limit()
    {
        var many = "[" + string.Join(',', Enumerable.Repeat("{}", BlobCreatedEvent.MaxEvents + 1)) + "]";
        Assert.Contains($"at most {BlobCreatedEvent.MaxEvents} events", Assert.Throws<FormatException>(() => BlobCreatedEvent.Parse(many)).Message, StringComparison.Ordinal);

        var large = GridEvent.Replace("somethingNew", new string('x', BlobCreatedEvent.MaxLength), StringComparison.Ordinal);
        Assert.Contains($"at most {BlobCreatedEvent.MaxLength} characters", Assert.Throws<FormatException>(() => BlobCreatedEvent.Parse(large)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_of_brackets_in_brackets_is_refused()
    {
        var deep = GridEvent.Replace("[1]", new string('[', 100_000) + new string(']', 100_000), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => BlobCreatedEvent.Parse(deep));
    }

    [Theory]
    [InlineData("credit/initial.csv", true)]
    [InlineData("credit/20201001.csv", true)]
    [InlineData("credit/20201301.csv", false)]
    [InlineData("credit/october.csv", false)]
    [InlineData("credit/20201001.CSV", false)]
    [InlineData("credit/sub/20201001.csv", false)]
    [InlineData("20201001.csv", false)]
    [InlineData("../20201001.csv", false)]
    [InlineData("a b/20201001.csv", false)]
    public void A_drop_is_known_by_its_name(string blobName, bool isDrop)
    {
        Assert.Equal(isDrop, DropName.TryParse(blobName, out _, out _, out var problem));
        Assert.Equal(isDrop, problem.Length == 0);
    }

    [Theory]
    [InlineData("credit/.20201001.csv")]
    [InlineData("credit/_20201001.csv")]
    [InlineData("_tmp/20201001.csv")]
    public void A_dot_or_an_underscore_hides_a_file(string blobName) => Assert.True(DropName.IsHidden(blobName));
}
