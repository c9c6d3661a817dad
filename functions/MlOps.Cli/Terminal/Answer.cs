using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Cli.Terminal;

/// <summary>Facts on stdout, progress on stderr.</summary>
internal static class Answer
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions OneLine = new(Options) { WriteIndented = false };

    /// <summary>The one JSON document of a command with <c>--json</c>; names in snake case.</summary>
    /// <param name="value">Facts.</param>
    public static void Json(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, Options));

    /// <summary>A value as JSON in one line.</summary>
    /// <param name="value">Facts.</param>
    public static string Compact<T>(T value) => JsonSerializer.Serialize(value, OneLine);

    /// <summary>One line of facts for people.</summary>
    /// <param name="text">The line.</param>
    public static void Line(string text) => Console.Out.WriteLine(text);

    /// <summary>One line of progress.</summary>
    /// <param name="text">The line.</param>
    public static void Progress(string text) => Console.Error.WriteLine(text);
}
