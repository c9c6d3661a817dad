using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Pipeline.Drops;
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
    public static byte[] Slack(Notice notice)
    {
        var blocks = new JsonArray
        {
            new JsonObject { ["type"] = "header", ["text"] = Plain(Short(Title(notice), HeaderMax)) },
            new JsonObject { ["type"] = "section", ["text"] = Plain(Short(notice.Summary, TextMax)) },
        };
        foreach (var chunk in Facts(notice).Chunk(10))
        {
            blocks.Add(new JsonObject
            {
                ["type"] = "section",
                ["fields"] = new JsonArray([.. chunk.Select(f => (JsonNode)Plain(Short($"{f.Name}: {f.Value}", TextMax)))]),
            });
        }

        return Bytes(new JsonObject { ["text"] = Short($"{Title(notice)}: {notice.Summary}", TextMax).Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal), ["blocks"] = blocks });
    }

    /// <summary>An Adaptive Card 1.4 in the message that a Teams workflow takes.</summary>
    public static byte[] Teams(Notice notice)
    {
        var body = new JsonArray
        {
            Run(Title(notice), "large", bold: true, Color(notice)),
            Run(Short(notice.Summary, TextMax), "default", bold: false, "default"),
        };
        foreach (var (name, value) in Facts(notice))
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
    public static IEnumerable<(string Name, string Value)> Facts(Notice notice)
    {
        yield return ("Run", notice.RunId);
        yield return ("File", notice.File);
        if (notice.Step is { } step)
        {
            yield return ("Step", step);
        }

        if (notice.Cause is { } cause)
        {
            yield return ("Cause", cause);
        }

        foreach (var error in notice.Errors.Take(3))
        {
            yield return ("Error", error.Line > 0 ? $"line {error.Line}: {error.Message}" : error.Message);
        }

        if (notice.Outputs.Count > 0)
        {
            yield return ("Written", string.Join(", ", notice.Outputs));
        }

        if (notice.Command is { } command)
        {
            yield return ("Next", command);
        }
    }

    private static string Title(Notice notice) => $"{notice.Pipeline} {notice.Period}: {notice.State.ToString().ToLowerInvariant()}";

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
