using System.Diagnostics;
using MlOps.Cli.Terminal;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>What people see at a terminal: help in groups, guesses at mistyped words, completion, tables, progress, the doctor.</summary>
public sealed class TerminalTests(AzuriteFixture azurite)
{
    [Fact]
    public void Help_shows_every_command_once_in_a_group_with_its_arguments()
    {
        var root = MlopsCommand.Create();
        using var output = new StringWriter();
        Assert.Equal(0, root.Parse("--help").Invoke(new() { Output = output }));

        var lines = output.ToString().Split('\n');
        Assert.All(root.Subcommands, command => Assert.Single(lines, line => line.StartsWith($"  {command.Name} ", StringComparison.Ordinal)));
        Assert.Contains("Runs:", lines);
        Assert.Contains(lines, line => line.StartsWith("  get PIPELINE PERIOD  ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  wait PIPELINE [PERIOD...]  ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("stauts", "status")]
    [InlineData("prmote credit", "promote")]
    [InlineData("csv profle x.csv", "profile")]
    [InlineData("demo --rosw 100", "--rows")]
    [InlineData("xyzzy", null)]
    public void A_mistyped_word_is_guessed_at(string typed, string? meant) => Assert.Equal(meant, UsageWords.Meant(MlopsCommand.Create().Parse(typed)));

    [Fact]
    public async Task Bash_completes_commands_and_options_by_asking_the_program()
    {
        var asked = $$"""
            mlops() { dotnet '{{Path.Combine(AppContext.BaseDirectory, "mlops.dll")}}' "$@"; }
            source <(mlops completion bash)
            COMP_LINE="mlops roll"; COMP_POINT=10; COMP_WORDS=(mlops roll); COMP_CWORD=1; _mlops_complete; echo "${COMPREPLY[@]}"
            COMP_LINE="mlops runs --wi"; COMP_POINT=15; COMP_WORDS=(mlops runs --wi); COMP_CWORD=2; _mlops_complete; echo "${COMPREPLY[@]}"
            """;
        var start = new ProcessStartInfo("bash") { ArgumentList = { "-c", asked }, RedirectStandardOutput = true, UseShellExecute = false };
        using var bash = Process.Start(start)!;
        Assert.Equal("rollback\n--wide\n", await bash.StandardOutput.ReadToEndAsync());
    }

    [Theory]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c mlops")]
    [InlineData("pwsh", "Register-ArgumentCompleter")]
    public async Task Other_shells_have_their_script(string shell, string expected)
    {
        using var folder = new TemporaryFolder();
        var ended = await MlopsProcess.RunAsync(folder.Path, "completion", shell);
        Assert.Equal(0, ended.ExitCode);
        Assert.Contains(expected, ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_this_machine_fit_and_says_how_to_start_an_account()
    {
        using var folder = new TemporaryFolder();
        var ended = await MlopsProcess.RunAsync(folder.Path, "doctor", "--json");

        Assert.Equal(0, ended.ExitCode);
        var checks = ended.Json.GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("what").GetString()!);
        Assert.Equal("ok", checks["Node.js"].GetProperty("health").GetString());
        Assert.Equal("ok", checks["data folder"].GetProperty("health").GetString());
        Assert.Equal("warning", checks["account"].GetProperty("health").GetString());
        Assert.Contains("mlops up", checks["account"].GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder[".mlops"]), "looking makes nothing");
    }

    [Fact]
    public async Task The_doctor_asks_an_account_what_it_allows()
    {
        await new MlOps.Storage.StorageAccount(azurite.ConnectionString).EnsureContainersAsync();
        using var folder = new TemporaryFolder();
        var ended = await MlopsProcess.RunAsync(folder.Path, "doctor", "--json", "--connection", azurite.ConnectionString);

        Assert.Empty(ended.Errors);
        var health = ended.Json.GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("what").GetString()!, c => c.GetProperty("health").GetString());
        Assert.Equal(0, ended.ExitCode);
        Assert.Equal(("ok", "ok", "ok"), (health["account"], health["clock"], health["rights"]));
        Assert.DoesNotContain("emulator", health.Keys);
    }

    [Theory]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=bm8=;BlobEndpoint={0}", "does not let you read")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=bm8=;BlobEndpoint=http://127.0.0.1:9/devstoreaccount1", "does not answer")]
    public async Task The_doctor_fails_where_the_account_does_not_answer_or_refuses(string connection, string expected)
    {
        using var folder = new TemporaryFolder();
        var blobs = azurite.ConnectionString.Split(';').First(p => p.StartsWith("BlobEndpoint=", StringComparison.Ordinal))["BlobEndpoint=".Length..];
        var ended = await MlopsProcess.RunAsync(folder.Path, "doctor", "--connection", string.Format(System.Globalization.CultureInfo.InvariantCulture, connection, blobs));

        Assert.Equal(1, ended.ExitCode);
        Assert.Contains(expected, ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("bm8=", ended.Output + ended.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(120, true, true)]
    [InlineData(120, false, true)]
    [InlineData(36, true, false)]
    public async Task At_a_terminal_a_table_is_drawn_in_its_width_with_colors_unless_they_are_not_wanted(int columns, bool colors, bool drawn)
    {
        using var folder = new TemporaryFolder();
        var seen = await AtTerminalAsync(folder.Path, columns, colors, "doctor");

        Assert.Contains("lightgbm_mlnet", seen, StringComparison.Ordinal);
        Assert.Equal(drawn, seen.Contains('│', StringComparison.Ordinal));
        Assert.Equal(colors, seen.Contains("\e[32mok", StringComparison.Ordinal) || seen.Contains("\e[38;5;2mok", StringComparison.Ordinal));
        Assert.All(seen.Split('\n').Where(line => line.Contains('│', StringComparison.Ordinal)), line => Assert.InRange(Visible(line).Length, 1, columns));
    }

    [Theory]
    [InlineData(7, "0:07")]
    [InlineData(750, "12:30")]
    [InlineData(3723, "1:02:03")]
    public void Durations_are_read_as_off_a_clock(int seconds, string expected) => Assert.Equal(expected, ProgressLines.Clock(TimeSpan.FromSeconds(seconds)));

    // util-linux's script(1), which every Debian has, gives a program a terminal.
    private static async Task<string> AtTerminalAsync(string folder, int columns, bool colors, string command)
    {
        var line = $"stty cols {columns} rows 40; dotnet '{Path.Combine(AppContext.BaseDirectory, "mlops.dll")}' {command}";
        var start = new ProcessStartInfo("script") { ArgumentList = { "-qec", line, "/dev/null" }, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("MLOPS_CONNECTION");
        start.Environment.Remove("NO_COLOR");
        if (!colors)
        {
            start.Environment["NO_COLOR"] = "1";
        }

        using var script = Process.Start(start)!;
        script.StandardInput.Close();
        return await script.StandardOutput.ReadToEndAsync();
    }

    private static string Visible(string line) => System.Text.RegularExpressions.Regex.Replace(line.TrimEnd('\r'), "\e\\[[0-9;?]*[a-zA-Z=]", "");
}
