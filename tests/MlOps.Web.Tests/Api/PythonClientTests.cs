using System.Diagnostics;
using System.Text.Json;
using MlOps.Cli.Sample;
using MlOps.Testing;

namespace MlOps.Web.Tests.Api;

/// <summary>The Python module and its notebook, run by Debian's own Python against a real server.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class PythonClientTests(TrainedApi trained)
{
    private const string Python = "/usr/bin/python3";
    private static readonly string Clients = Path.Combine(Shared.Repository, "functions", "MlOps.Web", "Clients");

    [Fact]
    public async Task The_notebook_goes_from_files_to_predictions_scores_and_refusals()
    {
        using var folder = new TemporaryFolder();
        CreditDefaultCase.Write(folder["sample"], 3000, 7, CancellationToken.None);
        using var notebook = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Clients, "credit_default.ipynb"), TestContext.Current.CancellationToken));
        var cells = notebook.RootElement.GetProperty("cells").EnumerateArray()
            .Where(c => c.GetProperty("cell_type").GetString() == "code")
            .Select(c => string.Concat(c.GetProperty("source").EnumerateArray().Select(line => line.GetString())));

        var said = await RunAsync(string.Join('\n', cells), folder.Path);

        Assert.Contains("500 rows, the first: {'ID': '", said, StringComparison.Ordinal);
        Assert.Contains("'auc':", said, StringComparison.Ordinal);
        Assert.Contains("422 Column 'NAME_CONTRACT_TYPE'", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_missing_values_refused_files_and_unknown_servers_are_told_in_Python()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder["20201001.csv"], trained.October, TestContext.Current.CancellationToken);
        var said = await RunAsync(
            $$"""
            import csv, os
            from mlops import Mlops, MlopsError
            mlops = Mlops(os.environ['MLOPS_URL'])
            predicted = mlops.predictions('{{TrainedApi.Pipeline}}', '20201001')
            with open('20201001.csv', encoding='utf-8', newline='') as stream:
                rows = list(csv.DictReader(stream))
            print(len(predicted) == len(rows), all(0 <= row['SCORE'] <= 1 for row in predicted))
            print(mlops.period('{{TrainedApi.Pipeline}}', '20991231')['standing'])
            print(mlops.champion('{{TrainedApi.Pipeline}}') in [m['version'] for m in mlops.models('{{TrainedApi.Pipeline}}')])
            print('{{TrainedApi.Pipeline}}' in [p['name'] for p in mlops.pipelines()])
            holes = [{c: float('nan') if c not in ('ID',) else v for c, v in rows[0].items()}]
            print(0 <= mlops.score('{{TrainedApi.Pipeline}}', holes)[0]['score'] <= 1)
            mlops.define('python-refused', 'label: y\n')
            try:
                mlops.wait(mlops.drop('python-refused', b'x,w\n1,2\n', name='initial.csv'), timeout=280)
            except MlopsError as error:
                print('refused:', error)
            try:
                mlops.define('python-refused', 'lable: y\n')
            except MlopsError as error:
                print(error.status, error.errors[0]['line'])
            try:
                Mlops('http://127.0.0.1:9').pipelines()
            except MlopsError as error:
                print(error)
            """,
            folder.Path);

        var lines = said.Split('\n');
        Assert.Equal(["True True", "absent", "True", "True", "True"], lines[..5]);
        Assert.StartsWith("refused: python-refused initial rejected: ", lines[5], StringComparison.Ordinal);
        Assert.StartsWith("422 1", lines[6], StringComparison.Ordinal);
        Assert.Contains("does not answer", lines[7], StringComparison.Ordinal);
        Assert.Contains("mlops up", lines[7], StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string code, string folder)
    {
        if (!File.Exists(Python) && DebianPackage.Install("python3") is { } problem)
        {
            Assert.Skip($"Debian's Python is not here. {problem}");
        }

        using var python = Process.Start(new ProcessStartInfo(Python, ["-B", "-W", "error", "-c", code])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MLOPS_URL"] = trained.System.Address.ToString(), ["MLOPS_CLIENT"] = Clients, ["PYTHONPATH"] = Clients, ["MLOPS_SAMPLE"] = "sample" },
        })!;
        var errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, await errors);
        return said;
    }
}
