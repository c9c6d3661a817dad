using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Notifications;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>What the Bicep files must say, read as text: this needs neither a compiler nor a subscription.</summary>
public sealed class InfrastructureTests
{
    private static readonly string Infra = Path.Combine(Shared.Repository, "infra");

    private static readonly Dictionary<string, string> Files = Directory
        .GetFiles(Infra, "*.bicep", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(Infra, file).Replace('\\', '/'), File.ReadAllText);

    [Fact]
    public void Every_module_is_wired_by_main_or_by_the_hook_that_follows_the_deployment()
    {
        var wiring = Files["main.bicep"] + File.ReadAllText(Path.Combine(Shared.Repository, "azure.yaml"));
        Assert.Empty(Files.Keys.Where(name => name != "main.bicep" && !wiring.Contains(name, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_parameter_of_a_module_is_described_and_given_or_has_a_default()
    {
        foreach (var (name, text) in Files)
        {
            var parameters = Regex.Matches(text, @"(?<decorators>(?:^@.*\n)*)^param (?<name>\w+) [^\n=]+(?<fallback>=)?", RegexOptions.Multiline);
            foreach (Match parameter in parameters)
            {
                Assert.True(parameter.Groups["decorators"].Value.Contains("@description", StringComparison.Ordinal),
                    $"{name}: parameter {parameter.Groups["name"].Value} has no description");
            }

            var module = Regex.Match(Files["main.bicep"], $@"module \w+ '{Regex.Escape(name)}'.*?\n}}\n", RegexOptions.Singleline);
            if (module.Success)
            {
                var missing = parameters.Where(parameter => !parameter.Groups["fallback"].Success)
                    .Select(parameter => parameter.Groups["name"].Value)
                    .Where(parameter => !Regex.IsMatch(module.Value, $@"^\s+{parameter}:", RegexOptions.Multiline));
                Assert.Empty(missing.Select(parameter => $"main.bicep does not give {parameter} to {name}"));
            }
        }
    }

    [Fact]
    public void Nothing_asks_for_a_key_or_holds_a_secret()
    {
        var forbidden = new Regex("listKeys|listAccountSas|AccountKey=|SharedAccessKey|InstrumentationKey=|password\\s*[:=]|'\\*'", RegexOptions.IgnoreCase);

        // Every value of an alert's dimension is no wildcard of rights.
        Assert.Empty(Files.Where(file => forbidden.IsMatch(file.Value.Replace("operator: 'Include', values: ['*']", "", StringComparison.Ordinal))).Select(file => file.Key));
    }

    [Theory]
    [InlineData("app/data-storage.bicep")]
    [InlineData("app/host-storage.bicep")]
    public void A_storage_account_takes_no_shared_key_and_shows_nothing_to_the_public(string file)
    {
        Assert.Contains("allowSharedKeyAccess: false", Files[file], StringComparison.Ordinal);
        Assert.Contains("allowBlobPublicAccess: false", Files[file], StringComparison.Ordinal);
        Assert.Contains("minimumTlsVersion: 'TLS1_2'", Files[file], StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_account_has_the_containers_of_the_design()
    {
        foreach (var container in new[] { "input", "output", "rejected", "artifacts", "definitions", "notifications", "deadletter", "features" })
        {
            Assert.Matches($@"\n  '{container}'\n", Files["app/data-storage.bicep"]);
        }
    }

    [Fact]
    public void The_table_of_features_is_written_by_the_app_and_read_by_the_groups_that_may_and_by_nobody_else()
    {
        Assert.Contains("tableServices/tables@2023-05-01' = {\n  parent: tables\n  name: 'features'", Files["app/data-storage.bicep"], StringComparison.Ordinal);
        var roles = Files["app/roles.bicep"];
        Assert.Equal(2, Regex.Matches(roles, @"scope: onlineFeatures\n").Count);
        Assert.Contains("guid(dataStorage.id, 'features', principalId, role.storageTableDataContributor)", roles, StringComparison.Ordinal);
        Assert.Contains("guid(dataStorage.id, 'features', group, role.storageTableDataReader)", roles, StringComparison.Ordinal);
        Assert.Contains("filter([analystsGroupId, operatorsGroupId]", roles, StringComparison.Ordinal);
        Assert.Contains("{ name: 'data-table', storageId: dataStorageId, service: 'table' }", Files["app/private-endpoints.bicep"], StringComparison.Ordinal);
    }

    [Fact]
    public void Only_whole_csv_and_zip_files_below_input_reach_the_function_and_what_cannot_be_delivered_is_kept()
    {
        var subscription = Files["app/event-subscription.bicep"];
        Assert.Contains("subjectBeginsWith: '/blobServices/default/containers/input/blobs/'", subscription, StringComparison.Ordinal);
        Assert.Contains("values: ['.csv', '.zip']", subscription, StringComparison.Ordinal);
        Assert.Contains("values: ['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose']", subscription, StringComparison.Ordinal);
        Assert.Contains("eventDeliverySchema: 'CloudEventSchemaV1_0'", subscription, StringComparison.Ordinal);
        Assert.Contains("blobContainerName: 'deadletter'", subscription, StringComparison.Ordinal);
        Assert.Contains("scope: deadLetters", Files["app/roles.bicep"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_is_told_of_the_topic_that_notices_go_to_by_the_name_it_reads()
    {
        Assert.Contains($"{NotificationSettings.TopicVariable}: notificationTopicEndpoint", Files["app/function-app.bicep"], StringComparison.Ordinal);
        Assert.Contains("notificationTopicEndpoint: notificationTopic.outputs.endpoint", Files["main.bicep"], StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_of_the_design_is_wired_and_reached_by_identity()
    {
        var app = Files["app/function-app.bicep"];
        Assert.All(
            ["name: 'FC1', tier: 'FlexConsumption'", "runtime: { name: 'dotnet-isolated', version: '10.0' }", "type: 'UserAssigned'", "instanceMemoryMB: instanceMemoryMB",
             "maximumInstanceCount: maximumInstanceCount", "type: 'UserAssignedIdentity'", "AzureWebJobsStorage__credential: 'managedidentity'", "Authorization=AAD"],
            (string text) => Assert.Contains(text, app, StringComparison.Ordinal));

        // The plan's runtime says it, and refuses the settings that say it elsewhere.
        Assert.DoesNotMatch(@"\bFUNCTIONS_(WORKER_RUNTIME|EXTENSION_VERSION):", app);
        Assert.All(["AzureStorage", "DurableTaskScheduler", "mssql"], (string backEnd) => Assert.Contains($"'{backEnd}'", app, StringComparison.Ordinal));
        Assert.Contains("storageProvider__type: 'azureManaged'", app, StringComparison.Ordinal);
        Assert.Contains("storageProvider__type: 'mssql'", app, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Matches(app, @"basicPublishingCredentialsPolicies' = \{\n    name: '\w+'\n    properties: \{ allow: false \}").Count);

        var data = Files["app/data-storage.bicep"];
        Assert.All(
            ["isVersioningEnabled: true", "deleteRetentionPolicy: { enabled: true", "containerDeleteRetentionPolicy: { enabled: true", "managementPolicies@"],
            (string text) => Assert.Contains(text, data, StringComparison.Ordinal));
        Assert.Equal(2, Regex.Matches(Files["app/monitoring.bicep"], "[dD]isableLocalAuth: true").Count);
        Assert.Contains("disableLocalAuth: true", Files["app/notification-topic.bicep"], StringComparison.Ordinal);
        Assert.Contains("retryPolicy: {", Files["app/event-subscription.bicep"], StringComparison.Ordinal);
        Assert.Contains("deadLetterWithResourceIdentity: {", Files["app/event-subscription.bicep"], StringComparison.Ordinal);
        Assert.All(["module network 'app/network.bicep' = if (privateNetworking)", "module privateEndpoints 'app/private-endpoints.bicep' = if (privateNetworking)", "module budget 'app/budget.bicep' = if (monthlyBudget > 0)"],
            (string text) => Assert.Contains(text, Files["main.bicep"], StringComparison.Ordinal));
        Assert.DoesNotContain("resource ", Regex.Replace(Files["main.bicep"], "resource resourceGroup |resource group|resource name", ""), StringComparison.Ordinal);
    }

    [Fact]
    public void Upstream_may_write_drops_and_nothing_else_and_no_role_is_a_wildcard()
    {
        var roles = Files["app/roles.bicep"];
        var actions = Regex.Matches(roles, "'(?<action>Microsoft[.]Storage/[^'@]*/(write|action|read|delete|[*]))'").Select(m => m.Groups["action"].Value);
        Assert.Equal(
            ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write", "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action"], actions);
        Assert.Contains("actions: []", roles, StringComparison.Ordinal);
        Assert.DoesNotContain("*", Regex.Replace(roles, "//.*", ""), StringComparison.Ordinal);
        var analysts = Regex.Match(roles, @"empty\(analystsGroupId\).*?\n  \]", RegexOptions.Singleline).Value;
        Assert.Contains("container: 'output', role: role.storageBlobDataReader", analysts, StringComparison.Ordinal);
        Assert.Contains("container: 'features', role: role.storageBlobDataReader", analysts, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Matches(analysts, "principal:").Count);
    }

    [Fact]
    public void Every_parameter_of_main_that_azd_gives_is_one_and_every_name_of_a_resource_comes_from_the_table()
    {
        using var given = JsonDocument.Parse(File.ReadAllText(Path.Combine(Infra, "main.parameters.json")));
        var parameters = Regex.Matches(Files["main.bicep"], @"^param (?<name>\w+)", RegexOptions.Multiline).Select(m => m.Groups["name"].Value).ToHashSet();
        Assert.Empty(given.RootElement.GetProperty("parameters").EnumerateObject().Select(p => p.Name).Where(name => !parameters.Contains(name)));
        Assert.Equal(["budgetStart"], parameters.Where(name => !given.RootElement.GetProperty("parameters").TryGetProperty(name, out _)));

        var table = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Infra, "abbreviations.json")))!;
        var used = Regex.Matches(Files["main.bicep"], @"\$\{abbreviations\.(?<name>\w+)").Select(m => m.Groups["name"].Value).ToHashSet();
        Assert.Equal(table.Keys.Order(StringComparer.Ordinal), used.Order(StringComparer.Ordinal));

        // The README's table of settings is the same list.
        var readme = File.ReadAllText(Path.Combine(Shared.Repository, "infra", "README.md"));
        var variables = Regex.Matches(given.RootElement.GetRawText(), @"\$\{(?<name>MLOPS_\w+)").Select(m => m.Groups["name"].Value);
        Assert.Empty(variables.Where(variable => !readme.Contains($"`{variable}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_role_is_a_data_role_by_its_published_id_and_none_is_granted_on_more_than_one_resource()
    {
        // https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
        Dictionary<string, string> published = new()
        {
            ["durableTaskDataContributor"] = "0ad04412-c4d5-4796-b79c-f76d14c8d402",
            ["eventGridDataSender"] = "d5a91429-5739-47e2-a06b-3470a27159e7",
            ["logAnalyticsReader"] = "73c42c96-874c-492b-b04d-ab87d138a893",
            ["monitoringMetricsPublisher"] = "3913510d-42f4-4e42-8a64-420c390055eb",
            ["storageBlobDataContributor"] = "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
            ["storageBlobDataOwner"] = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
            ["storageBlobDataReader"] = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
            ["storageQueueDataContributor"] = "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
            ["storageTableDataContributor"] = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
            ["storageTableDataReader"] = "76199698-9eea-4c19-bc75-cec21354c6b6",
        };
        var roles = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Infra, "roles.json")));
        Assert.Equal(published, roles);

        var assignments = Regex.Matches(Files["app/roles.bicep"], @"roleAssignments@[\d-]+' = .*?\n}", RegexOptions.Singleline);
        Assert.NotEmpty(assignments);
        Assert.All(assignments, assignment => Assert.Contains("scope: ", assignment.Value, StringComparison.Ordinal));
        Assert.Empty(Files.Where(file => file.Key != "app/roles.bicep" && file.Value.Contains("roleAssignments", StringComparison.Ordinal)).Select(file => file.Key));
    }
}
