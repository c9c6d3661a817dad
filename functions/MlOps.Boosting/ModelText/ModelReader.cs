using MlOps.Boosting.Objectives;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.ModelText;

/// <summary>
/// Reads LightGBM's text model. Nothing in the file is trusted: every number is checked before it is used as an index
/// or a length, so that a damaged file ends in an error that names the line.
/// </summary>
internal sealed class ModelReader
{
    private const int MaxLeaves = 1 << 24;
    private readonly string[] _lines;
    private int _at;

    private ModelReader(string text) => _lines = text.Split('\n');

    /// <exception cref="ModelFormatException">The text is not a whole model.</exception>
    public static BoosterModel Read(string text) => new ModelReader(text).ReadModel();

    private string Line => _lines[_at].TrimEnd('\r');

    private BoosterModel ReadModel()
    {
        if (_lines.Length == 0 || Line != "tree")
        {
            throw Error("a LightGBM model begins with the line 'tree'.");
        }

        _at++;
        Dictionary<string, (string Value, int Line)> header = ReadHeader();
        string[] names = Words(header, "feature_names");
        int features = Integer(header, "max_feature_idx", -1, int.MaxValue - 1) + 1;
        if (names.Length != features)
        {
            throw ModelValues.ErrorAt(header["feature_names"].Line, $"there are {names.Length} feature names, but max_feature_idx says {features} features.");
        }

        int perIteration = Integer(header, "num_tree_per_iteration", 1, 1_000_000);
        int classes = Integer(header, "num_class", 1, 1_000_000);
        string objectiveText = header.TryGetValue("objective", out (string Value, int Line) objective) ? objective.Value : string.Empty;
        Objective? parsed = ObjectiveFactory.Parse(objectiveText);
        if (parsed is not null && parsed.TreesPerIteration != perIteration)
        {
            throw ModelValues.ErrorAt(objective.Line, $"objective={objectiveText} needs {parsed.TreesPerIteration} trees an iteration, but num_tree_per_iteration={perIteration}.");
        }

        List<Tree> trees = ReadTrees(features);
        if (trees.Count % perIteration != 0)
        {
            throw Error($"the file holds {trees.Count} trees, which is not a multiple of num_tree_per_iteration={perIteration}: it seems to be cut short.");
        }

        string[] infos = header.ContainsKey("feature_infos") ? Words(header, "feature_infos") : [.. names.Select(_ => "none")];
        return new BoosterModel
        {
            Trees = trees,
            Classes = classes,
            TreesPerIteration = perIteration,
            FeatureNames = names,
            FeatureInfos = infos,
            LabelIndex = header.ContainsKey("label_index") ? Integer(header, "label_index", int.MinValue, int.MaxValue) : 0,
            MonotoneConstraints = header.ContainsKey("monotone_constraints")
                ? [.. Words(header, "monotone_constraints").Select(word => ModelValues.ParseInteger(word, header["monotone_constraints"].Line, -1, 1))]
                : [],
            ObjectiveText = objectiveText,
            Objective = parsed,
            AveragesOutput = header.ContainsKey("average_output"),
            ParametersText = ReadParameters(),
        };
    }

    private Dictionary<string, (string Value, int Line)> ReadHeader()
    {
        var header = new Dictionary<string, (string, int)>(StringComparer.Ordinal);
        for (; _at < _lines.Length && !Line.StartsWith("Tree=", StringComparison.Ordinal) && Line != "end of trees"; _at++)
        {
            if (Line.Length == 0)
            {
                continue;
            }

            int equals = Line.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? Line : Line[..equals];
            header[key] = (equals < 0 ? string.Empty : Line[(equals + 1)..], _at + 1);
        }

        return header;
    }

    private List<Tree> ReadTrees(int features)
    {
        var trees = new List<Tree>();
        while (true)
        {
            if (_at >= _lines.Length)
            {
                throw Error("the file ends before 'end of trees': it seems to be cut short.");
            }

            if (Line == "end of trees")
            {
                _at++;
                return trees;
            }

            if (Line.Length == 0)
            {
                _at++;
                continue;
            }

            if (Line != $"Tree={trees.Count}")
            {
                throw Error($"expected 'Tree={trees.Count}' or 'end of trees'.");
            }

            _at++;
            trees.Add(ReadTree(features));
        }
    }

    private Tree ReadTree(int features)
    {
        int first = _at;
        var fields = new Dictionary<string, (string Value, int Line)>(StringComparer.Ordinal);
        for (; _at < _lines.Length && Line.Length > 0 && Line != "end of trees" && !Line.StartsWith("Tree=", StringComparison.Ordinal); _at++)
        {
            int equals = Line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw Error("expected name=value.");
            }

            fields[Line[..equals]] = (Line[(equals + 1)..], _at + 1);
        }

        int leaves = Integer(fields, "num_leaves", 1, MaxLeaves, first);
        if (fields.TryGetValue("is_linear", out (string Value, int Line) linear) && linear.Value != "0")
        {
            throw ModelValues.ErrorAt(linear.Line, "linear trees are not offered.");
        }

        return new TreeParser(fields, leaves, features, first + 1).Parse();
    }

    private string ReadParameters()
    {
        while (_at < _lines.Length && Line != "parameters:")
        {
            _at++;
        }

        int start = _at + 1;
        while (_at < _lines.Length && Line != "end of parameters")
        {
            _at++;
        }

        // The section ends with an empty line of its own, which the writer adds again.
        return _at >= _lines.Length ? string.Empty : string.Join('\n', _lines[start.._at]).TrimEnd('\n') + "\n";
    }

    private string[] Words(Dictionary<string, (string Value, int Line)> fields, string key) =>
        fields.TryGetValue(key, out (string Value, int Line) field)
            ? field.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : throw Error($"{key} is missing.");

    private int Integer(Dictionary<string, (string Value, int Line)> fields, string key, int minimum, int maximum, int line = 0) =>
        fields.TryGetValue(key, out (string Value, int Line) field)
            ? ModelValues.ParseInteger(field.Value, field.Line, minimum, maximum)
            : throw ModelValues.ErrorAt(line == 0 ? _at + 1 : line, $"{key} is missing.");

    private ModelFormatException Error(string message) => ModelValues.ErrorAt(Math.Min(_at, _lines.Length - 1) + 1, message);
}
