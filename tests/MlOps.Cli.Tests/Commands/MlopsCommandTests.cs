using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

public sealed class MlopsCommandTests
{
    public static TheoryData<string> Commands => [.. MlopsCommand.Create().Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself_with_exit_code_0(string command)
    {
        using var folder = new TemporaryFolder();
        var ended = await MlopsProcess.RunAsync(folder.Path, command, "--help");
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains("Usage:", ended.Output, StringComparison.Ordinal);
        Assert.Contains($"mlops {command}", ended.Output, StringComparison.Ordinal);
        Assert.Empty(ended.Errors);
    }

    [Theory]
    [InlineData]
    [InlineData("nonsense")]
    [InlineData("sample")]
    [InlineData("sample", "--out", "x", "--rows", "many")]
    [InlineData("sample", "--out", "x", "--rows", "3")]
    public async Task Wrong_usage_ends_with_2_and_names_the_help(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var ended = await MlopsProcess.RunAsync(folder.Path, arguments);
        Assert.Equal(2, ended.ExitCode);
        Assert.Empty(ended.Output);
        Assert.Contains("--help", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_document_and_nothing_else_on_stdout()
    {
        using var folder = new TemporaryFolder();
        var ended = await MlopsProcess.RunAsync(folder.Path, "sample", "--out", "case", "--rows", "60", "--json");
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal(5, ended.Json.GetProperty("files").GetArrayLength());
        Assert.True(File.Exists(folder["case", "20210101.csv"]));
    }
}
