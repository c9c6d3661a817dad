using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Notifications;

/// <summary>
/// A notice as chat messages. Whatever comes from data is put where the service does not read markup: Slack's plain text, and
/// text runs of an Adaptive Card.
/// </summary>
internal static class ChatMessages
{
    private const int TextMax = 1500;
    private const int HeaderMax = 150;

    /// <summary>Slack's Block Kit: header, summary, facts, next command.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="language">Language of its readers.</param>
    public static byte[] Slack(Notice notice, string language)
    {
        var (title, summary) = (Title(notice, language), Word(notice.Said, notice.Summary, language));
        var blocks = new JsonArray
        {
            new JsonObject { ["type"] = "header", ["text"] = Plain(Short(title, HeaderMax)) },
            new JsonObject { ["type"] = "section", ["text"] = Plain(Short(summary, TextMax)) },
        };
        foreach (var chunk in Facts(notice, language).Chunk(10))
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "section",
                ["fields"] = new JsonArray([.. chunk.Select(f => (JsonNode)Plain(Short($"{f.Name}: {f.Value}", TextMax)))]),
            });
        }

        return Bytes(new JsonObject { ["text"] = Short($"{title}: {summary}", TextMax).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal), ["blocks"] = blocks });
    }

    /// <summary>An Adaptive Card 1.4 in the message that a Teams workflow takes.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="language">Language of its readers.</param>
    public static byte[] Teams(Notice notice, string language)
    {
        var body = new JsonArray
        {
            Run(Title(notice, language), "large", bold: true, Color(notice)),
            Run(Short(Word(notice.Said, notice.Summary, language), TextMax), "default", bold: false, "default"),
        };
        foreach (var (name, value) in Facts(notice, language))
        {
            body.Add(Run(Short($"{name}: {value}", TextMax), "default", bold: false, "default"));
        }

        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = body,
        };
        return Bytes(new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = card }),
        });
    }

    /// <summary>What a person needs to act: run, step, cause, file, next command.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="language">Language of its readers.</param>
    public static IEnumerable<(string Name, string Value)> Facts(Notice notice, string language)
    {
        yield return (Word("chat-run"), notice.RunId);
        yield return (Word("chat-file"), notice.File);
        if (notice.Step is { } step)
        {
            yield return (Word("chat-step"), step);
        }

        if (notice.Cause is { } cause)
        {
            yield return (Word("chat-cause"), ChatMessages.Word(notice.CauseSaid, cause, language));
        }

        foreach (var error in notice.Errors.Take(3))
        {
            yield return (Word("chat-error"), error.Line > 0 ? ChatMessages.Word(Sentence.Of("chat-line", ("line", error.Line), ("error", error.Told)), "", language) : ChatMessages.Word(error.Said, error.Message, language));
        }

        if (notice.Outputs.Count > 0)
        {
            yield return (Word("chat-written"), string.Join(", ", notice.Outputs));
        }

        if (notice.Command is { } command)
        {
            yield return (Word("chat-next"), command);
        }

        string Word(string code) => Sentences.All[code][language];
    }

    private static string Word(Sentence? said, string text, string language) => said is null ? text : Sentences.Word(said, language);

    private static string Title(Notice notice, string language) => $"{notice.Pipeline} {notice.Period}: {Sentences.Word(notice.State.Said(), language)}";

    private static string Color(Notice notice) => notice.State switch
    {
        RunState.Succeeded => "good",
        RunState.Failed or RunState.Rejected => "attention",
        _ => "default",
    };

    private static JsonObject Plain(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };

    private static JsonObject Run(string text, string size, bool bold, string color) => new()
    {
        ["type"] = "RichTextBlock",
        ["inlines"] = new JsonArray(new JsonObject
        {
            ["type"] = "TextRun", ["text"] = text, ["size"] = size, ["weight"] = bold ? "bolder" : "default", ["color"] = color,
        }),
    };

    private static byte[] Bytes(JsonObject message) => JsonSerializer.SerializeToUtf8Bytes(message, ArtifactJson.Compact);

    private static string Short(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
