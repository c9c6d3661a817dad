using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>What people are told who use the command line wrongly, or on a machine that does not let them.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("up", "--port", "abc", "a whole number")]
    [InlineData("wait p", "--timeout", "soon", "a number")]
    [InlineData("traffic p", "--share", "much", "a number")]
    [InlineData("live p", "--at", "01/12/2026", "without a zone it is UTC")]
    [InlineData("performance p", "--at", "yesterday", "without a zone it is UTC")]
    public void A_wrong_value_is_told_in_words_and_without_the_names_of_types(string command, string option, string value, string expected)
    {
        var errors = MlopsCommand.Create().Parse([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), option, value]).Errors.Select(e => UsageWords.Of(e.Message)).ToArray();

        var told = Assert.Single(errors);
        Assert.Contains(expected, told, StringComparison.Ordinal);
        Assert.Contains(value, told, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_not_taken_for_one_that_another_mlops_serves()
    {
        // A file stands where the folder should be: no right helps.
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["taken"], "");

        var told = await Assert.ThrowsAsync<CommandException>(() => LocalAccount.OpenAsync(folder["taken/data"], CancellationToken.None));

        Assert.Contains("cannot be written", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another mlops", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_of_the_account_is_not_called_a_lack_of_rights()
    {
        var failure = Failure.Explain(new Azure.RequestFailedException(500, "ENOSPC: no space left on device", "InternalError", null))!;

        Assert.Contains("disk", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("rights", failure.Message, StringComparison.Ordinal);
    }
}
