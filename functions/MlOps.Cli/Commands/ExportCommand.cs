using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Learner;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Steps.Register;
using MlOps.Storage;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops export</c>: a model's whole scoring for other programs.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var version = new Argument<string?>("VERSION") { Description = "A version that `mlops models` lists. Default: the champion.", Arity = ArgumentArity.ZeroOrOne };
        var onnx = new Option<bool>("--onnx") { Description = "As ONNX: from the columns of the file, one input each, to scores and classes." };
        var to = new Option<string?>("--to") { Description = "File to write. Default: PIPELINE-VERSION.onnx in the current folder.", HelpName = "FILE" };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("export", "Write a model's whole scoring as a file for other programs.") { pipeline, version, onnx, to, json };
        account.Options.ToList().ForEach(command.Add);
        command.Validators.Add(result =>
        {
            if (!result.GetValue(onnx))
            {
                result.AddError("say what to export as: --onnx.");
            }
        });
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            var chosen = parse.GetValue(version) ?? (await connected.Aliases.ReadAsync(name, cancellation)).Champion
                ?? throw new CommandException($"{name} has no champion. `mlops models {name}` lists its models: name one as VERSION.");
            var model = await MakeAsync(connected, name, chosen, cancellation);
            var path = parse.GetValue(to) ?? $"{name}-{chosen}.onnx";
            WholeFile.Write(path, stream => stream.Write(model.Bytes));
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, version = chosen, file = path, bytes = model.Bytes.Length, sha256 = ContentHash.Of(model.Bytes), inputs = model.Inputs, outputs = model.Outputs });
            }
            else
            {
                Answer.Line(path);
                Answer.Progress($"{model.Inputs.Count} inputs, one a column of the file: doubles with NaN where missing, texts empty where missing. Outputs: {string.Join(", ", model.Outputs)}.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<OnnxModel> MakeAsync(ConnectedAccount account, PipelineName pipeline, string version, CancellationToken cancellation)
    {
        try
        {
            return (await ServedModel.LoadAsync(account.Models, new DefinitionStore(account.Storage), pipeline, version, cancellation)).ToOnnx(pipeline);
        }
        catch (StepRefusedException e)
        {
            throw new CommandException(e.Message);
        }
    }
}
