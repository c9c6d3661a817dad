using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Notifications;

/// <summary>What is told of every pipeline's runs, besides the webhooks that a definition names.</summary>
/// <param name="Webhooks">Absolute http or https addresses that get CloudEvents.</param>
public sealed record NotificationSettings(IReadOnlyList<Uri> Webhooks)
{
    /// <summary>Environment variable with addresses, divided by commas.</summary>
    public const string Variable = "MLOPS_WEBHOOK";

    /// <summary>Environment variable with addresses of Slack's incoming webhooks; they are secrets, so no definition holds them.</summary>
    public const string SlackVariable = "MLOPS_SLACK_WEBHOOK";

    /// <summary>Environment variable with addresses of Teams workflows; they are secrets, so no definition holds them.</summary>
    public const string TeamsVariable = "MLOPS_TEAMS_WEBHOOK";

    /// <summary>Environment variable with the endpoint of an Event Grid custom topic, written to with the program's identity.</summary>
    public const string TopicVariable = "MLOPS_EVENTGRID_TOPIC";

    /// <summary>Language of messages for people.</summary>
    public string Language { get; init; } = Sentences.English;

    /// <summary>Addresses of Slack's incoming webhooks.</summary>
    public IReadOnlyList<Uri> Slack { get; init; } = [];

    /// <summary>Addresses of Teams workflows.</summary>
    public IReadOnlyList<Uri> Teams { get; init; } = [];

    /// <summary>Endpoint of an Event Grid custom topic that takes CloudEvents.</summary>
    public Uri? Topic { get; init; }

    internal byte[]? Secret { get; init; }

    /// <summary>Reads all variables of this type.</summary>
    /// <param name="read">Gives a variable's value, as <see cref="Environment.GetEnvironmentVariable(string)"/> does.</param>
    /// <exception cref="FormatException">A value cannot be used; the message names the variable and does not repeat the value.</exception>
    public static NotificationSettings FromEnvironment(Func<string, string?> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var topic = Addresses(TopicVariable, read(TopicVariable));
        return topic.Count <= 1
            ? new NotificationSettings(Addresses(Variable, read(Variable)))
            {
                Slack = Addresses(SlackVariable, read(SlackVariable)),
                Teams = Addresses(TeamsVariable, read(TeamsVariable)),
                Topic = topic.FirstOrDefault(),
                Language = Sentences.LanguageFrom(read),
                Secret = WebhookSignature.Parse(read(WebhookSignature.Variable)),
            }
            : throw new FormatException($"{TopicVariable} names one endpoint, not several.");
    }

    private static IReadOnlyList<Uri> Addresses(string variable, string? value) =>
    [
        .. (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(entry =>
            Uri.TryCreate(entry, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new FormatException($"{variable} holds an entry that is not an absolute http or https address. Divide several by commas.")),
    ];
}
