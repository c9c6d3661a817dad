using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace MlOps.Pipeline.Definitions;

/// <summary>One pipeline: what to predict, from what, and how. Written as YAML; five lines suffice.</summary>
public sealed record PipelineDefinition
{
    /// <summary>What the files hold; default rows.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PipelineKind Kind { get; init; }

    /// <summary>Kind of task; default <see cref="TaskKind.Binary"/>.</summary>
    public TaskKind Task { get; init; } = TaskKind.Binary;

    /// <summary>Name of the label column.</summary>
    public required string Label { get; init; }

    /// <summary>Label text of the positive class; <see langword="null"/> for <c>1</c>, <c>yes</c>, <c>true</c>, <c>y</c>, <c>t</c> (any case).</summary>
    public string? Positive { get; init; }

    /// <summary>Name of the id column; <see langword="null"/> where the row number is the id.</summary>
    public string? Id { get; init; }

    /// <summary>Feature columns; <see langword="null"/> for all but id, label and <see cref="Exclude"/>.</summary>
    public IReadOnlyList<string>? Features { get; init; }

    /// <summary>Columns that are no features.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Columns that are categories although they are written as numbers.</summary>
    public IReadOnlyList<string> Categorical { get; init; } = [];

    /// <summary>How categories become features.</summary>
    public CategoryHandling Categories { get; init; } = CategoryHandling.OneHot;

    /// <summary>How missing cells become features.</summary>
    public MissingHandling Missing { get; init; } = new();

    /// <summary>How files are written.</summary>
    public CsvFormat Csv { get; init; } = new();

    /// <summary>Up to this share of a file's rows may be unusable: they are set aside and the others used. Above it the file is refused whole. Default 0: one bad row refuses the file.</summary>
    public double Quarantine { get; init; }

    /// <summary>What becomes of files that do not look like the history.</summary>
    public SchemaSettings Schema { get; init; } = SchemaSettings.None;

    /// <summary>SHA-256 of the edited schema that stands in place of the learned one; <see langword="null"/> where nobody edited it. Not written in the YAML: see <see cref="DefinitionStore.PinAsync"/>.</summary>
    public string? EditedSchema { get; init; }

    /// <summary>How the history is split.</summary>
    public SplitSettings Split { get; init; } = new();

    /// <summary>How a training is validated.</summary>
    public ValidationSettings Validation { get; init; } = new();

    /// <summary>The column that says of when a row of the history is; <see langword="null"/> where only the files tell periods apart.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TimeSettings? Time { get; init; }

    /// <summary>Side tables, in the order of their names; <see langword="null"/> for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SourceSettings>? Sources { get; init; }

    /// <summary>Whether no model sees the time column.</summary>
    [JsonIgnore]
    public bool TimeIsNoFeature => Time is { } time && Features?.Contains(time.Column, StringComparer.Ordinal) != true;

    /// <summary>How much of the history a model learns from; default all.</summary>
    public HistorySettings History { get; init; } = HistorySettings.All;

    /// <summary>What the classes weigh while learning.</summary>
    public ClassWeights ClassWeight { get; init; } = ClassWeights.Equal;

    /// <summary>Parameters of the learner, LightGBM's names, as text; defaults already filled in, ordered by name.</summary>
    public IReadOnlyDictionary<string, string> Model { get; init; } = ModelDefaults.For(TaskKind.Binary, new Dictionary<string, string>());

    /// <summary>Learners to compare with, and which may be promoted; default boosting alone.</summary>
    public LearnerSettings Models { get; init; } = LearnerSettings.Default;

    /// <summary>Search for parameters before each training; default none.</summary>
    public TuneSettings Tune { get; init; } = TuneSettings.Off;

    /// <summary>In which periods a new model is trained; default in each.</summary>
    public RetrainSettings Retrain { get; init; } = new();

    /// <summary>When a newly trained model becomes the one that predicts; default whenever it beats the trivial baseline.</summary>
    public PromoteSettings Promote { get; init; } = new();

    /// <summary>What is watched in every period.</summary>
    public MonitorSettings Monitor { get; init; } = new();

    /// <summary>Columns that are watched for fairness but are no features: they are kept with the rows and reach no model.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> GroupColumns =>
        [.. (Monitor.Groups ?? []).Where(g => Exclude.Contains(g, StringComparer.Ordinal) || Features?.Contains(g, StringComparer.Ordinal) == false)];

    /// <summary>The prediction file.</summary>
    public OutputSettings Output { get; init; } = new();

    /// <summary>Where features are kept for others; <see langword="null"/> for nowhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeatureStoreSettings? FeatureStore { get; init; }

    /// <summary>What columns mean; <see langword="null"/> where nobody said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ColumnDescription>? Describe { get; init; }

    /// <summary>How long a period waits for <c>initial.csv</c>; default seven days.</summary>
    public TimeSpan WaitForInitial { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a step may take, all attempts together, before the run ends with that cause; default four hours.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Whether later periods are predicted again when their history changes; default true.</summary>
    public bool Restate { get; init; } = true;

    /// <summary>Language of the report: <c>en</c> or <c>ja</c>; <see langword="null"/> for that of the program's messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>Webhooks that are told of every run's end.</summary>
    public IReadOnlyList<WebhookSettings> Notify { get; init; } = [];

    /// <summary>SHA-256 of the text that this was parsed from, 64 lower-case hexadecimal digits.</summary>
    [JsonIgnore]
    public string Hash { get; init; } = "";

    /// <summary>Reads a definition.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="fileName">Name for error messages.</param>
    /// <exception cref="DefinitionException">Something is wrong; says line, column and what to do. All findings are collected.</exception>
    public static PipelineDefinition Parse(string yaml, string fileName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        return DefinitionReader.Read(yaml, fileName) with
        {
            EditedSchema = Definitions.EditedSchema.HashOf(yaml),
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml))),
        };
    }
}
