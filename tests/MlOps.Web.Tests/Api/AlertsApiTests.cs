using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Web.Tests.Page;

namespace MlOps.Web.Tests.Api;

/// <summary>Alerts over HTTP: what is open, and what somebody has decided about it.</summary>
public sealed class AlertsApiTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task An_alert_is_acknowledged_muted_and_heard_again_and_the_audit_says_by_whom_and_why()
    {
        await using var system = await ApiSystem.StartAsync(azurite);
        await system.DefineAsync("p", SampleFiles.Definition);
        await new AlertBook(system.Account).EnterAsync(PipelineName.Parse("p"), "r1", "20201001", [new MonitorAlert("drift", "AGE", 0.3, "AGE has drifted.")], []);
        Assert.Equal(("needed", 0), await AttentionAsync(system));

        await SendAsync(system, "acknowledge", new { kind = "drift", subject = "AGE", why = "a campaign" });
        Assert.Equal(("none", 1), await AttentionAsync(system));
        var listed = (await system.GetAsync("/api/pipelines/p/alerts")).GetProperty("items")[0];
        Assert.Equal(("acknowledged", "local", "a campaign"), (Of(listed, "action"), Of(listed, "who"), Of(listed, "why")));

        var until = DateTimeOffset.UtcNow.AddDays(3);
        await SendAsync(system, "mute", new { kind = "drift", subject = "AGE", why = "until the campaign ends", until });
        Assert.Equal("muted", Of((await system.GetAsync("/api/pipelines/p/alerts")).GetProperty("items")[0], "action"));
        await SendAsync(system, "unmute", new { kind = "drift", subject = "AGE" });
        Assert.Equal(("needed", 0), await AttentionAsync(system));

        Assert.Contains("why", (await SendAsync(system, "acknowledge", new { kind = "drift", subject = "AGE" }, 400)).GetProperty("where").GetString(), StringComparison.Ordinal);
        await SendAsync(system, "acknowledge", new { why = "?" }, 400);
        await SendAsync(system, "mute", new { kind = "drift", subject = "AGE", why = "for ever" }, 400);
        Assert.Contains("There is: drift AGE", (await SendAsync(system, "mute", new { kind = "drift", subject = "DEBT", why = "?", until }, 409)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        await system.SendAsync(HttpMethod.Post, "/api/pipelines/q/alerts/unmute", ApiSystem.Json(new { kind = "drift", subject = "AGE" }), 404);

        var audit = (await system.GetAsync("/api/pipelines/p/audit")).GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(["mute", "unmute", "mute", "acknowledge"], audit.Select(r => r.GetProperty("action").GetString()));
        Assert.Equal("a campaign", audit[^1].GetProperty("subject").GetProperty("why").GetString());
        Assert.Empty((await system.GetAsync("/api/pipelines/p/alerts?closed=true")).GetProperty("items").EnumerateArray());
        await system.SendAsync(HttpMethod.Get, "/api/pipelines/p/drift/summary", expected: 404);
    }

    private static Task<System.Text.Json.JsonElement> SendAsync(ApiSystem system, string verb, object body, int expected = 200) =>
        system.SendAsync(HttpMethod.Post, $"/api/pipelines/p/alerts/{verb}", ApiSystem.Json(body), expected);

    private static string? Of(System.Text.Json.JsonElement alert, string name) => alert.GetProperty("quieted").GetProperty(name).GetString();

    private static async Task<(string? Attention, int Quiet)> AttentionAsync(ApiSystem system)
    {
        var facts = await system.GetAsync("/api/pipelines/p");
        return (facts.GetProperty("attention").GetString(), facts.GetProperty("quietAlerts").GetInt32());
    }
}
