using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>What a pipeline predicts.</summary>
public enum TaskKind
{
    /// <summary>One of two classes; the score is the probability of the positive one.</summary>
    Binary,

    /// <summary>A number.</summary>
    Regression,

    /// <summary>One of three or more classes.</summary>
    Multiclass,
}

/// <summary>How text columns, and number columns that are named categorical, become features.</summary>
public enum CategoryHandling
{
    /// <summary>One 0/1 feature a category; a category that training never saw has 0 in all of them.</summary>
    OneHot,

    /// <summary>One integer-coded feature that the learner splits by subset.</summary>
    Native,

    /// <summary>One 0/1 feature a category but the first, as for linear models: a category that training never saw counts as the first.</summary>
    OneHotDropFirst,
}

/// <summary>How missing cells become features.</summary>
/// <param name="Native">Whether the learner sees missing values as such.</param>
/// <param name="Numeric">Otherwise: the number that stands for a missing number.</param>
/// <param name="Text">Otherwise: the category that stands for a missing text.</param>
public sealed record MissingHandling(bool Native = false, double Numeric = -999, string Text = "NAN");

/// <summary>How files are written.</summary>
/// <param name="Delimiter">Delimiter; <see langword="null"/> to find it.</param>
/// <param name="Quote">Quote character; <see langword="null"/> to find it, NUL for none.</param>
/// <param name="Encoding">Encoding's name; <see langword="null"/> for UTF-8, with or without a byte-order mark.</param>
/// <param name="Missing">Texts that mean a missing value, besides the empty cell; <see langword="null"/> for the reader's own list.</param>
/// <param name="Decimal">The decimal mark of all numbers; <see langword="null"/> for the point.</param>
/// <param name="Thousands">The mark between groups of three digits; <see langword="null"/> for none.</param>
/// <param name="Columns">What is different in single columns, by name.</param>
/// <param name="PlainToo">Whether numbers may be plain as well, as those of rows that came as JSON are; not written in the YAML.</param>
public sealed record CsvFormat(
    char? Delimiter = null, char? Quote = null, string? Encoding = null, IReadOnlyList<string>? Missing = null,
    char? Decimal = null, char? Thousands = null, IReadOnlyDictionary<string, ColumnSettings>? Columns = null, bool PlainToo = false)
{
    /// <summary>How numbers are written in columns of which nothing else is said; <see langword="null"/> for plainly.</summary>
    [JsonIgnore]
    public NumberNotation? Numbers => Decimal is null && Thousands is null ? null : new NumberNotation(Decimal ?? '.', Thousands, Signs: false, PlainToo);

    /// <summary>What the definition says of a column; nothing where it says nothing.</summary>
    /// <param name="name">Name of the column.</param>
    public ColumnSettings Of(string name) => Columns?.GetValueOrDefault(name) ?? ColumnSettings.None;
}

/// <summary>How one column is written.</summary>
/// <param name="Missing">Texts that mean a missing value in this column, besides those of all columns; of the label and for these alone.</param>
/// <param name="Decimal">The decimal mark; with it or <paramref name="Thousands"/> the column holds numbers, and currency and percent signs are taken off.</param>
/// <param name="Thousands">The mark between groups of three digits.</param>
/// <param name="Date">In which order its dates are written.</param>
/// <param name="Time">Whether the column holds times such as 13:45, which count as minutes; <see langword="null"/> where nothing is said.</param>
public sealed record ColumnSettings(
    IReadOnlyList<string>? Missing = null, char? Decimal = null, char? Thousands = null, DateOrder? Date = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Time = null)
{
    /// <summary>Nothing special.</summary>
    public static ColumnSettings None { get; } = new();

    /// <summary>Whether the column is said to hold numbers.</summary>
    public bool IsNumber => Decimal is not null || Thousands is not null || Time is not null;
}

/// <summary>How the history is split; stratified by label and seeded.</summary>
/// <param name="Test">Share of the history that is kept for the one report.</param>
/// <param name="Valid">Share of the rest that early stopping and tuning look at.</param>
/// <param name="Seed">Seed.</param>
/// <param name="Group">Column whose equal values stay on one side, such as a customer's number; a feature only where <c>features</c> names it.</param>
public sealed record SplitSettings(double Test = 0.2, double Valid = 0.2, int Seed = 42, string? Group = null);

/// <summary>The prediction file.</summary>
/// <param name="Id">Header of the id column.</param>
/// <param name="Target">Header of the predicted class or value.</param>
/// <param name="Score">Header of the score.</param>
/// <param name="Threshold">Probability from which on a row is positive.</param>
/// <param name="ThresholdRule"><c>fixed</c>, or chosen on the valid part: <c>f1</c>, <c>cost</c> (least cost of errors), <c>precision</c> (largest recall at a precision).</param>
/// <param name="Reasons">Columns <c>REASON_1</c>, … with what moved each row's score most; 0 for none.</param>
/// <param name="FalsePositiveCost">Cost of a negative row predicted positive, for the rule <c>cost</c>.</param>
/// <param name="FalseNegativeCost">Cost of a positive row predicted negative.</param>
/// <param name="LeastPrecision">Precision for the rule <c>precision</c>.</param>
/// <param name="Onnx">Whether each model version has its whole scoring as <c>model.onnx</c> too.</param>
public sealed record OutputSettings(
    string Id = "ID", string Target = "TARGET", string Score = "SCORE", double Threshold = 0.5, string ThresholdRule = "fixed", int Reasons = 0,
    double FalsePositiveCost = 1, double FalseNegativeCost = 1, double LeastPrecision = 0.5, bool Onnx = false);

/// <summary>One webhook that is told of every run's end.</summary>
/// <param name="Url">Absolute http or https address.</param>
public sealed record WebhookSettings(string Url);

/// <summary>One pipeline: what to predict, from what, and how. Written as YAML; five lines suffice.</summary>
public sealed record PipelineDefinition
{
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
            EditedSchema = DefinitionStore.EditedSchemaOf(yaml),
            Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml))),
        };
    }
}
