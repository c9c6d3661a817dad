using MlOps.Learning.Learners;
using MlOps.Pipeline.Wording;
namespace MlOps.Pipeline.Definitions;

/// <summary>One rule of the rule-based baseline.</summary>
/// <param name="When">Conditions joined by <c>and</c>, such as <c>EXT_SOURCE_2 &lt; 0.3 and NAME_INCOME_TYPE = 'Working'</c>.</param>
/// <param name="Score">Score of the rows that fulfil them.</param>
public sealed record RuleSetting(string When, double Score);

/// <summary>Learners that stand on the leaderboard beside the boosted model, and which of them may predict in production.</summary>
/// <param name="Compare">Names out of <see cref="Known"/>, in the definition's order; boosting always takes part.</param>
/// <param name="Promote">Learners that may be promoted, out of <see cref="Promotable"/>.</param>
/// <param name="Rules">Rules of the learner <c>rule</c>, the first that holds decides.</param>
/// <param name="Otherwise">Its score where none holds.</param>
public sealed record LearnerSettings(
    IReadOnlyList<string> Compare, IReadOnlyList<string> Promote, IReadOnlyList<RuleSetting> Rules, double Otherwise)
{
    /// <summary>The learner that every run trains.</summary>
    public const string Boosting = "boosting";

    /// <summary>Rules of the definition.</summary>
    public const string Rule = "rule";

    /// <summary>Boosting alone.</summary>
    public static LearnerSettings Default { get; } = new([], [Boosting], [], 0.5);

    /// <summary>Learners that can be compared.</summary>
    public static IReadOnlyList<string> Known { get; } = ["random_forest", "decision_tree", .. KnownLearners.All.Select(kind => kind.Name), "naive_bayes", Rule];

    /// <summary>Learners whose models can predict in production: those in LightGBM's format, and those of ML.NET.</summary>
    public static IReadOnlyList<string> Promotable { get; } = [Boosting, "random_forest", "decision_tree", .. KnownLearners.All.Select(kind => kind.Name)];

    /// <summary>A task as learners know it.</summary>
    internal static LearningTask TaskOf(TaskKind task) => task switch
    {
        TaskKind.Binary => LearningTask.Binary,
        TaskKind.Multiclass => LearningTask.Multiclass,
        _ => LearningTask.Regression,
    };

    /// <summary>The first learner that may predict but does not tell what moved a row's score; <see langword="null"/> where all do.</summary>
    internal string? WithoutReasons => Promote.FirstOrDefault(name => KnownLearners.Find(name) is { ExplainsRows: false });

    /// <summary>The first learner that may predict but whose models have no form in ONNX; <see langword="null"/> where all have one.</summary>
    internal string? WithoutOnnx => Promote.FirstOrDefault(name => KnownLearners.Find(name) is { HasOnnx: false });

    internal static LearnerSettings Read(YamlMap map, TaskKind task)
    {
        if (map.Node("models") is YamlDotNet.RepresentationModel.YamlSequenceNode)
        {
            return Checked(map, task, Default with { Compare = Others(map.Texts("models")) });
        }

        var inner = map.Map("models");
        if (inner is null)
        {
            return Default;
        }

        var rules = inner.Maps("rules").Select(r =>
        {
            var rule = new RuleSetting(r.Text("when") ?? "", r.Number("score", 0.5, double.MinValue, double.MaxValue));
            r.Finish();
            return rule;
        }).ToList();
        var compare = Others(inner.Texts("compare"));
        var settings = new LearnerSettings(
            rules.Count > 0 && !compare.Contains(Rule, StringComparer.Ordinal) ? [.. compare, Rule] : compare,
            inner.Texts("promote") ?? Default.Promote, rules, inner.Number("otherwise", Default.Otherwise, double.MinValue, double.MaxValue));
        inner.Finish();
        return Checked(map, task, settings);
    }

    private static IReadOnlyList<string> Others(IReadOnlyList<string>? names) => [.. (names ?? []).Where(n => n != Boosting)];

    private static object Joined(IReadOnlyList<string> tasks) =>
        tasks.Skip(1).Aggregate((object)tasks[0], (first, next) => Sentence.Of("definition-and", ("first", first), ("rest", next)));

    private static LearnerSettings Checked(YamlMap map, TaskKind task, LearnerSettings settings)
    {
        foreach (var name in settings.Compare.Where(n => !Known.Contains(n, StringComparer.Ordinal)))
        {
            map.Error("models", Sentence.Of("definition-no-learner", ("name", name), ("learners", $"{Boosting}, {string.Join(", ", Known)}")));
        }

        foreach (var name in settings.Compare.Where(n => n == "naive_bayes" && task != TaskKind.Binary))
        {
            map.Error("models", Sentence.Of("definition-task-of", ("name", name), ("tasks", "'task: binary'")));
        }

        foreach (var kind in settings.Compare.Select(KnownLearners.Find).Where(kind => kind is not null && !kind.Tasks.Contains(TaskOf(task))))
        {
            map.Error("models", Sentence.Of("definition-task-of", ("name", kind!.Name), ("tasks", Joined([.. kind.Tasks.Select(t => $"'task: {t.ToString().ToLowerInvariant()}'")]))));
        }

        if (settings.Compare.Contains(Rule, StringComparer.Ordinal) && (settings.Rules.Count == 0 || task == TaskKind.Multiclass))
        {
            map.Error("models", Sentence.Of(task == TaskKind.Multiclass ? "definition-rules-multiclass" : "definition-no-rules"));
        }

        foreach (var name in settings.Promote.Where(n => !Promotable.Contains(n, StringComparer.Ordinal)))
        {
            map.Error("models", Sentence.Of("definition-not-promotable", ("name", name), ("learners", string.Join(", ", Promotable))));
        }

        foreach (var name in settings.Promote.Where(n => n != Boosting && !settings.Compare.Contains(n, StringComparer.Ordinal)))
        {
            map.Error("models", Sentence.Of("definition-not-compared", ("name", name)));
        }

        if (settings.Promote.Count == 0)
        {
            map.Error("models", Sentence.Of("definition-no-promote"));
        }

        foreach (var rule in settings.Rules)
        {
            try
            {
                _ = Learning.Baselines.Rule.Parse(rule.When, rule.Score);
            }
            catch (FormatException e)
            {
                map.Error("models", Sentence.Of("definition-raw", ("problem", e.Message)));
            }
        }

        return settings;
    }
}
