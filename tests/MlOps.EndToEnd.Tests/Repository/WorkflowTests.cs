using System.Text.RegularExpressions;
using MlOps.Testing;
using YamlDotNet.RepresentationModel;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>The workflow for the users' repository.</summary>
public sealed class WorkflowTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Shared.Repository, ".github", "workflows", "deploy.yml"));

    private static readonly YamlMappingNode Root = Load();

    [Fact]
    public void It_builds_tests_shows_what_would_change_and_deploys()
    {
        Assert.Equal(["check", "what-if", "deploy"], Map(Root, "jobs").Children.Keys.Select(k => ((YamlScalarNode)k).Value));
        var check = Runs("check");
        Assert.All(["dotnet build MlOps.sln", "dotnet test MlOps.sln"], (string command) => Assert.Contains(command, check, StringComparison.Ordinal));
        Assert.Contains("az deployment sub what-if", Runs("what-if"), StringComparison.Ordinal);
        Assert.All(["--federated-credential-provider github", "azd provision --no-prompt", "azd deploy --no-prompt"], (string command) => Assert.Contains(command, Runs("deploy"), StringComparison.Ordinal));
        Assert.Equal("check", Scalar(Map(Map(Root, "jobs"), "what-if"), "needs"));
        Assert.Equal("check", Scalar(Map(Map(Root, "jobs"), "deploy"), "needs"));
    }

    [Fact]
    public void It_logs_in_by_federation_has_no_secret_and_least_permissions()
    {
        Assert.DoesNotContain("secrets.", Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?i)client-secret|creds:|password|AccountKey|publish-profile", Text);
        Assert.Equal(["contents=read"], Permissions(Root));
        Assert.False(Map(Map(Root, "jobs"), "check").Children.ContainsKey("permissions"));
        foreach (var job in (string[])["what-if", "deploy"])
        {
            Assert.Equal(["contents=read", "id-token=write"], Permissions(Map(Map(Root, "jobs"), job)));
            Assert.True(Map(Map(Root, "jobs"), job).Children.ContainsKey("environment"));
        }

        Assert.Contains("head.repo.full_name == github.repository", Scalar(Map(Map(Root, "jobs"), "what-if"), "if"), StringComparison.Ordinal);
        Assert.Contains("refs/heads/main", Scalar(Map(Map(Root, "jobs"), "deploy"), "if"), StringComparison.Ordinal);
        Assert.DoesNotContain("pull_request_target", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_action_and_tool_is_pinned_and_nothing_of_an_event_is_put_into_a_script()
    {
        Assert.Contains(Steps(), s => s.Children.ContainsKey("uses"));
        Assert.All(Steps().Where(s => s.Children.ContainsKey("uses")), s => Assert.Matches("^[A-Za-z-]+/[a-z-]+@[0-9a-f]{40}$", Scalar(s, "uses")));
        Assert.All(Steps().Where(s => s.Children.ContainsKey("run")), s => Assert.DoesNotContain("${{", Scalar(s, "run"), StringComparison.Ordinal));
        Assert.Matches(@"install-azd\.sh \| bash -s -- --version \d+\.\d+\.\d+", Text);
        Assert.All(Steps().Where(s => s.Children.ContainsKey("uses") && Scalar(s, "uses").StartsWith("actions/checkout@", StringComparison.Ordinal)), s => Assert.Equal("false", Scalar(Map(s, "with"), "persist-credentials")));
    }

    private static IEnumerable<YamlMappingNode> Steps() =>
        Map(Root, "jobs").Children.Values.SelectMany(job => ((YamlSequenceNode)job["steps"]).Children).Cast<YamlMappingNode>();

    private static string Runs(string job) =>
        string.Join('\n', ((YamlSequenceNode)Map(Map(Root, "jobs"), job)["steps"]).Children.Cast<YamlMappingNode>().Where(s => s.Children.ContainsKey("run")).Select(s => Scalar(s, "run")));

    private static IEnumerable<string> Permissions(YamlMappingNode node) =>
        Map(node, "permissions").Children.Select(p => Regex.Replace($"{p.Key}={p.Value}", " ", ""));

    private static YamlMappingNode Map(YamlMappingNode node, string key) => (YamlMappingNode)node[key];

    private static string Scalar(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    private static YamlMappingNode Load()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Text));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }
}
