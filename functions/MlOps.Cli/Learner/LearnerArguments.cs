using MlOps.Boosting.Settings;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Learner;

/// <summary>Arguments of <c>fit</c> and <c>score</c>: key=value by LightGBM's names, and a file of such lines by config=FILE.</summary>
internal static class LearnerArguments
{
    // LightGBM knows them, so a config file may name them; they change no result.
    private static readonly (string Name, string Why)[] Idle =
    [
        ("histogram_pool_size", "histograms of a tree's leaves are kept as long as they are needed"),
        ("snapshot_freq", "the model is written once, when training ends"),
        ("pred_early_stop", "every tree is used for every row"),
        ("pred_early_stop_freq", "every tree is used for every row"),
        ("pred_early_stop_margin", "every tree is used for every row"),
        ("convert_model", "models are not converted to source code"),
        ("convert_model_language", "models are not converted to source code"),
        ("two_round", "files are read once"),
        ("pre_partition", "there is one machine"),
        ("parser_config_file", "files are CSV"),
    ];

    /// <summary>Parses the arguments; what stands on the command line wins over the file.</summary>
    /// <param name="keyValues">The arguments.</param>
    /// <exception cref="CommandException">An argument is not key=value, or a parameter is wrong.</exception>
    public static Parameters Parse(IReadOnlyList<string> keyValues)
    {
        try
        {
            List<KeyValuePair<string, string>> given = [.. keyValues.Select(Pair)];
            Parameters own = Parameters.Parse(given);
            string config = own.Text("config");
            Parameters parameters = config.Length == 0 ? own : Parameters.Parse(ReadConfig(config)).With(own.Given);
            WarnOfIdleOnes(parameters);
            return parameters;
        }
        catch (ParameterException e)
        {
            throw new CommandException(e.Message, ExitCode.WrongUsage);
        }
    }

    /// <summary>Refuses a task that another command does, or none.</summary>
    /// <param name="parameters">Settings.</param>
    /// <param name="allowed">Names of the task that this command does.</param>
    /// <exception cref="CommandException">The parameter task asks for something else.</exception>
    public static void CheckTask(Parameters parameters, params string[] allowed)
    {
        string task = parameters.Text("task");
        if (parameters.IsGiven("task") && !allowed.Contains(task.ToLowerInvariant()))
        {
            throw new CommandException($"task={task} is not done here: `mlops fit` trains and `mlops score` predicts.", ExitCode.WrongUsage);
        }
    }

    private static void WarnOfIdleOnes(Parameters parameters)
    {
        if (parameters.Verbosity < 0)
        {
            return;
        }

        foreach ((string name, string why) in Idle.Where(idle => parameters.IsGiven(idle.Name)))
        {
            Answer.Progress($"{name} has no effect: {why}.");
        }
    }

    private static List<KeyValuePair<string, string>> ReadConfig(string path)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        string[] lines = File.ReadAllLines(path);
        for (int i = 0; i < lines.Length; i++)
        {
            int comment = lines[i].IndexOf('#', StringComparison.Ordinal);
            string line = (comment < 0 ? lines[i] : lines[i][..comment]).Trim();
            if (line.Length == 0)
            {
                continue;
            }

            if (!line.Contains('=', StringComparison.Ordinal))
            {
                throw new CommandException($"{path} line {i + 1}: expected key = value, found '{line}'.", ExitCode.WrongUsage);
            }

            pairs.Add(Pair(line));
        }

        return pairs;
    }

    private static KeyValuePair<string, string> Pair(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(text[..equals].Trim(), text[(equals + 1)..].Trim().Trim('"'))
            : throw new CommandException($"'{text}' is not KEY=VALUE: write for example num_leaves=31.", ExitCode.WrongUsage);
    }
}
