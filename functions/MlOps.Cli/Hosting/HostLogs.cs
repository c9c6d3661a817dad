using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MlOps.Cli.Hosting;

/// <summary>
/// Logs as the Functions host forwards them from a custom handler's output: each line one entry, on stdout as information, on
/// stderr as a warning if it contains "warn", else as an error. An entry is one JSON object with its name first, so that
/// queries find it: <c>{"event":"run.ended","level":"info","category":…,"message":…, its fields}</c>.
/// </summary>
internal sealed class HostLogs : ILoggerProvider
{
    // The host cuts messages at 32,768 characters; JSON that is cut is no JSON.
    private const int TextMax = 8000;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock gate = new();
    private readonly TextWriter output;
    private readonly TextWriter errors;

    /// <summary>Makes a provider.</summary>
    /// <param name="output">Takes information.</param>
    /// <param name="errors">Takes warnings and errors.</param>
    public HostLogs(TextWriter output, TextWriter errors)
    {
        this.output = output;
        this.errors = errors;
    }

    /// <summary>A factory that writes so to the process' output. Put together by hand: the handler's start is not to wait for a container of services.</summary>
    public static ILoggerFactory Create()
    {
        var filter = new LoggerFilterOptions { MinLevel = LogLevel.Information };
        filter.Rules.Add(new LoggerFilterRule(null, "Microsoft", LogLevel.Warning, null));
        filter.Rules.Add(new LoggerFilterRule(null, "System", LogLevel.Warning, null));
        return new LoggerFactory([new HostLogs(Console.Out, Console.Error)], filter);
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string? name, string message, object? state, Exception? exception)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            if (name is not null)
            {
                json.WriteString("event", name);
            }

            json.WriteString("level", level switch { LogLevel.Information => "info", LogLevel.Warning => "warn", _ => "error" });
            json.WriteString("category", category);
            json.WriteString("message", Cut(message));
            WriteFields(json, state);
            if (exception is not null)
            {
                json.WriteString("exception", Cut(exception.ToString()));
            }

            json.WriteEndObject();
        }

        var line = Encoding.UTF8.GetString(buffer.WrittenSpan);
        lock (gate)
        {
            switch (level)
            {
                case LogLevel.Information:
                    output.WriteLine(line);
                    break;
                case LogLevel.Warning:
                    errors.WriteLine(line);
                    break;
                default:
                    // The host would take an error whose text contains the word for a warning; written so it is the same JSON.
                    errors.WriteLine(line.Replace("warn", "\\u0077arn", StringComparison.Ordinal).Replace("Warn", "\\u0057arn", StringComparison.Ordinal).Replace("WARN", "\\u0057ARN", StringComparison.Ordinal));
                    break;
            }
        }
    }

    private static void WriteFields(Utf8JsonWriter json, object? state)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> fields)
        {
            return;
        }

        foreach (var (key, value) in fields)
        {
            if (key is "{OriginalFormat}" or "event" or "level" or "category" or "message" or "exception")
            {
                continue;
            }

            json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(key));
            switch (value)
            {
                case null: json.WriteNullValue(); break;
                case bool flag: json.WriteBooleanValue(flag); break;
                case int number: json.WriteNumberValue(number); break;
                case long number: json.WriteNumberValue(number); break;
                case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
                default: json.WriteStringValue(Cut(value.ToString() ?? "")); break;
            }
        }
    }

    private static string Cut(string text) => text.Length <= TextMax ? text : text[..TextMax] + " …";

    private sealed class Logger(HostLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                logs.Write(logLevel, category, eventId.Name, formatter(state, exception), state, exception);
            }
        }
    }
}
