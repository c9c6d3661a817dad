using MlOps.Boosting;

namespace MlOps.App.Commands.Learner;

/// <summary>Arguments of <c>fit</c> and <c>score</c>: key=value by LightGBM's names, and a file of such lines by config=FILE.</summary>
internal static class LearnerArguments
{
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
            return config.Length == 0 ? own : Parameters.Parse(ReadConfig(config)).With(own.Given);
        }
        catch (ParameterException e)
        {
            throw new CommandException(e.Message, ExitCode.WrongUsage);
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
