using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>YAML text to <see cref="PipelineDefinition"/>; every mistake is collected with its place.</summary>
internal static class DefinitionReader
{
    private const int MaxLength = 1 << 20;

    // Stream and document among them.
    private const int MaxNesting = 20;

    public static PipelineDefinition Read(string yaml, string fileName)
    {
        var errors = new List<DefinitionError>();
        var root = Root(yaml, fileName);
        var map = new YamlMap(root, errors);

        var task = map.Choice(
            "task", TaskKind.Binary, ("binary", TaskKind.Binary), ("regression", TaskKind.Regression), ("multiclass", TaskKind.Multiclass));
        var kind = map.Choice("kind", PipelineKind.Table, ("table", PipelineKind.Table), ("image", PipelineKind.Image));
        var label = map.Text("label") ?? (kind == PipelineKind.Image ? PictureDefaults.Label : null);
        var id = map.Text("id") ?? (kind == PipelineKind.Image ? PictureDefaults.Id : null);
        if (string.IsNullOrEmpty(label))
        {
            map.Error("label", Sentence.Of("definition-no-label"));
        }

        var promote = PromoteSettings.Read(map, task);
        var definition = new PipelineDefinition
        {
            Kind = kind,
            Task = task,
            Label = label ?? "",
            Positive = map.Text("positive"),
            Id = id,
            Features = Features(map),
            Exclude = map.Texts("exclude") ?? [],
            Categorical = map.Texts("categorical") ?? [],
            Categories = map.Choice("categories", CategoryHandling.OneHot, ("onehot", CategoryHandling.OneHot), ("native", CategoryHandling.Native), ("onehot_drop_first", CategoryHandling.OneHotDropFirst)),
            Missing = Missing(map),
            Csv = CsvFormatReader.Read(map),
            Quarantine = map.Number("quarantine", 0, 0, 1),
            Schema = SchemaSettings.Read(map),
            Split = Split(map),
            Validation = ValidationSettings.Read(map),
            Time = TimeSettings.Read(map),
            Sources = SourceReader.Read(map),
            History = HistorySettings.Read(map),
            ClassWeight = ClassWeights.Read(map, task),
            Model = Model(map, task, promote),
            Models = LearnerSettings.Read(map, task),
            Tune = TuneReader.Read(map),
            Retrain = RetrainSettings.Read(map),
            Promote = promote,
            Monitor = MonitorSettings.Read(map),
            Output = Output(map, id, label ?? ""),
            FeatureStore = FeatureStoreSettings.Read(map),
            Describe = ColumnDescription.Read(map),
            WaitForInitial = map.Duration("wait_for_initial", TimeSpan.FromDays(7)),
            StepTimeout = map.Duration("step_timeout", TimeSpan.FromHours(4)),
            Restate = map.Choice("restate", true, ("always", true), ("never", false)),
            Language = map.Choice<string?>("language", null, (Sentences.English, Sentences.English), (Sentences.Japanese, Sentences.Japanese)),
            Notify = Notify(map),
        };
        definition = Composed(kind == PipelineKind.Image ? PictureDefaults.Of(definition, map) : definition);
        Check(definition, map);
        map.Finish();
        return errors.Count == 0
            ? definition
            : throw new DefinitionException(fileName, [.. errors.OrderBy(e => e.Line).ThenBy(e => e.Column)]);
    }

    // One name is one name, however its accents were typed; files' headers are read in the same form.
    private static PipelineDefinition Composed(PipelineDefinition definition) => definition with
    {
        Label = Compose(definition.Label),
        Id = definition.Id is { } id ? Compose(id) : null,
        Features = definition.Features is { } features ? [.. features.Select(Compose)] : null,
        Exclude = [.. definition.Exclude.Select(Compose)],
        Categorical = [.. definition.Categorical.Select(Compose)],
        Split = definition.Split with { Group = definition.Split.Group is { } group ? Compose(group) : null },
        Time = definition.Time is { } time ? time with { Column = Compose(time.Column) } : null,
        Monitor = definition.Monitor with { Groups = definition.Monitor.Groups is { } groups ? [.. groups.Select(Compose)] : null },
    };

    private static string Compose(string name) => name.Composed();

    private static YamlMappingNode Root(string yaml, string fileName)
    {
        if (yaml.Length > MaxLength)
        {
            throw new DefinitionException(fileName, [DefinitionError.Of(1, 1, Sentence.Of("definition-too-long"))]);
        }

        try
        {
            CheckNesting(yaml, fileName);
            var stream = new YamlStream();
            using var reader = new StringReader(yaml);
            stream.Load(reader);
            if (stream.Documents.Count == 1 && stream.Documents[0].RootNode is YamlMappingNode root)
            {
                return root;
            }

            throw new DefinitionException(
                fileName, [DefinitionError.Of(1, 1, Sentence.Of("definition-no-settings"))]);
        }
        catch (YamlException e)
        {
            var cause = e.InnerException?.Message ?? e.Message;
            throw new DefinitionException(fileName, [DefinitionError.Of(e.Start.Line, e.Start.Column, Sentence.Of("definition-not-yaml", ("problem", cause)))]);
        }
    }

    // Before anything is built of it: what builds the nodes calls itself once a level, and a million brackets would end the process.
    private static void CheckNesting(string yaml, string fileName)
    {
        using var text = new StringReader(yaml);
        var parser = new Parser(text);
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxNesting)
            {
                throw new DefinitionException(
                    fileName, [DefinitionError.Of(parser.Current.Start.Line, parser.Current.Start.Column, Sentence.Of("definition-too-deep", ("most", MaxNesting)))]);
            }
        }
    }

    private static IReadOnlyList<string>? Features(YamlMap map)
    {
        if (map.Node("features") is YamlScalarNode { Value: "all" })
        {
            return null;
        }

        var features = map.Texts("features");
        if (features is { Count: 0 })
        {
            map.Error("features", Sentence.Of("definition-no-features"));
        }

        return features;
    }

    private static MissingHandling Missing(YamlMap map)
    {
        var defaults = new MissingHandling();
        if (map.Node("missing") is YamlScalarNode scalar)
        {
            if (scalar.Value != "native")
            {
                map.Error(scalar, Sentence.Of("definition-missing"));
            }

            return defaults with { Native = true };
        }

        var inner = map.Map("missing");
        if (inner is null)
        {
            return defaults;
        }

        var missing = new MissingHandling(
            Native: false,
            inner.Number("numeric", defaults.Numeric, double.NegativeInfinity, double.PositiveInfinity),
            inner.Text("text") ?? defaults.Text);
        inner.Finish();
        return missing;
    }

    private static SplitSettings Split(YamlMap map)
    {
        var defaults = new SplitSettings();
        var inner = map.Map("split");
        if (inner is null)
        {
            return defaults;
        }

        var split = new SplitSettings(
            inner.Number("test", defaults.Test, 0, 1, open: true),
            inner.Number("valid", defaults.Valid, 0, 1, open: true),
            inner.Integer("seed", defaults.Seed, 0, int.MaxValue),
            inner.Text("group"));
        inner.Finish();
        return split;
    }

    private static IReadOnlyDictionary<string, string> Model(YamlMap map, TaskKind task, PromoteSettings promote)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var inner = map.Map("model");
        if (inner is not null)
        {
            foreach (var (key, value) in inner.Entries())
            {
                ModelSettings.Add(given, key, value, inner.Error);
            }
        }

        if (promote.Rule is PromoteRule.Better or PromoteRule.Measured)
        {
            // A model that was stopped by one metric and is judged by another loses to champions that it should beat.
            given.TryAdd("metric", promote.MetricOf(task));
        }

        var all = ModelDefaults.For(task, given);
        if (inner is not null)
        {
            ModelSettings.Check(all, said => map.Error("model", said));
        }

        return all;
    }

    // The CSV is what lineage and people read: it is always there, so the list says so.
    private static bool HasParquet(YamlMap output)
    {
        var formats = output.Texts("format") ?? ["csv"];
        if (!formats.Contains("csv", StringComparer.Ordinal) || formats.Any(f => f is not ("csv" or "parquet")))
        {
            output.Error("format", Sentence.Of("definition-output-format"));
        }

        return formats.Contains("parquet", StringComparer.Ordinal);
    }

    private static OutputSettings Output(YamlMap map, string? id, string label)
    {
        var defaults = new OutputSettings();
        var inner = map.Map("output");
        if (inner is null)
        {
            return defaults;
        }

        if (inner.Choice("names", false, ("standard", false), ("original", true)))
        {
            defaults = defaults with { Id = id ?? defaults.Id, Target = label };
        }

        var rule = inner.Node("threshold") is YamlMappingNode ? inner.Map("threshold") : null;
        var name = rule is not null ? (rule.Has("precision") ? "precision" : "cost") : inner.Node("threshold") is YamlScalarNode { Value: "f1" } ? "f1" : "fixed";
        var output = new OutputSettings(
            inner.Text("id") ?? defaults.Id,
            inner.Text("target") ?? defaults.Target,
            inner.Text("score") ?? defaults.Score,
            name == "fixed" ? inner.Number("threshold", defaults.Threshold, 0, 1) : defaults.Threshold,
            name,
            inner.Integer("reasons", defaults.Reasons, 0, 20),
            name == "cost" ? rule!.Number("false_positive", 1, 0, double.MaxValue) : 1,
            name == "cost" ? rule!.Number("false_negative", 1, 0, double.MaxValue) : 1,
            name == "precision" ? rule!.Number("precision", defaults.LeastPrecision, double.Epsilon, 1) : defaults.LeastPrecision,
            inner.Choice("onnx", defaults.Onnx, ("true", true), ("false", false)))
        {
            Parquet = HasParquet(inner),
        };
        rule?.Finish();
        if (new[] { output.Id, output.Target, output.Score }.Distinct(StringComparer.Ordinal).Count() < 3)
        {
            map.Error("output", Sentence.Of("definition-output-names"));
        }

        inner.Finish();
        return output;
    }

    private static List<WebhookSettings> Notify(YamlMap map)
    {
        var hooks = new List<WebhookSettings>();
        var inner = map.Map("notify");
        if (inner is null)
        {
            return hooks;
        }

        foreach (var url in inner.Texts("webhooks") ?? [])
        {
            if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0)
            {
                hooks.Add(new WebhookSettings(url));
            }
            else
            {
                inner.Error("webhooks", Sentence.Of("definition-webhook"));
            }
        }

        inner.Finish();
        return hooks;
    }

    private static void Check(PipelineDefinition definition, YamlMap map)
    {
        if (definition.Output.Reasons > 0 && definition.Models.WithoutReasons is { } untold)
        {
            map.Error("output", Sentence.Of("definition-reasons", ("learner", untold)));
        }

        if (definition.Output.Onnx && definition.Models.WithoutOnnx is { } inexpressible)
        {
            map.Error("output", Sentence.Of("definition-onnx", ("learner", inexpressible)));
        }

        if (definition.Id is not null && definition.Id == definition.Label)
        {
            map.Error("id", Sentence.Of("definition-id-is-label"));
        }

        if (definition.Features is { } features)
        {
            foreach (var name in features)
            {
                if (name == definition.Label)
                {
                    map.Error("features", Sentence.Of("definition-label-feature", ("name", name)));
                }
                else if (definition.Exclude.Contains(name, StringComparer.Ordinal))
                {
                    map.Error("exclude", Sentence.Of("definition-feature-excluded", ("name", name)));
                }
            }
        }

        if (definition.Split.Group is { } splitGroup)
        {
            if (splitGroup == definition.Label || splitGroup == definition.Id)
            {
                map.Error("split", Sentence.Of("definition-split-group", ("name", splitGroup)));
            }

            if (definition.Validation.Kind == ValidationKind.Time)
            {
                map.Error("validation", Sentence.Of("definition-time-and-group"));
            }
        }

        if (definition.Time is { } time && (time.Column == definition.Label || time.Column == definition.Id || time.Column == definition.Split.Group))
        {
            map.Error("time", Sentence.Of(time.Column == definition.Label ? "definition-time-is-label" : time.Column == definition.Id ? "definition-time-is-id" : "definition-time-is-group", ("name", time.Column)));
        }

        if (definition.Sources is { } sources)
        {
            SourceReader.Check(sources, definition.Id, definition.Time, map);
        }

        if (definition.FeatureStore is { } store)
        {
            FeatureStoreSettings.Check(store, definition.Id, map);
        }

        if (definition.ClassWeight.Kind != ClassWeightKind.Equal && definition.Model.Keys.FirstOrDefault(k => k is "is_unbalance" or "scale_pos_weight") is { } twice)
        {
            map.Error("class_weight", Sentence.Of("definition-weighed-twice", ("parameter", twice)));
        }

        foreach (var group in definition.Monitor.Groups ?? [])
        {
            if (group == definition.Label || group == definition.Id)
            {
                map.Error("monitor", Sentence.Of(group == definition.Label ? "definition-group-is-label" : "definition-group-is-id", ("name", group)));
            }
        }

        if (definition.Promote.Guards is { NeedsBinary: true } && definition.Task != TaskKind.Binary)
        {
            map.Error("promote", Sentence.Of("definition-guards-binary"));
        }

        if (definition.Promote.Guards is { Fairness: not null } or { FairnessWorsening: not null } && definition.Monitor.Groups is null or { Count: 0 })
        {
            map.Error("promote", Sentence.Of("definition-guard-groups", ("setting", "monitor: {groups: [COLUMN]}")));
        }

        if (definition.Positive is not null && definition.Task != TaskKind.Binary)
        {
            map.Error("positive", Sentence.Of("definition-positive-binary"));
        }
    }
}
