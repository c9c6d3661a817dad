using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using MlOps.Storage;

namespace MlOps.Web.Api;

/// <summary>The OpenAPI document, at <c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    private const string Identity = "identity";
    private const string FunctionKey = "functionKey";

    private static readonly IReadOnlyDictionary<string, string> Tags = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["alerts"] = "What must be looked at, and who has acknowledged or muted it.",
        ["approvals"] = "What runs ask people, and the answers.",
        ["audit"] = "Who asked for which change.",
        ["definitions"] = "What a pipeline does, as a file.",
        ["drops"] = "Files from people and other systems.",
        ["features"] = "Features of finished periods: by id as they are online, by period as files.",
        ["files"] = "Predictions, manifests, reports, refused files.",
        ["health"] = "Whether the server lives and can work.",
        ["models"] = "Versions, what is in production, releases.",
        ["monitoring"] = "How predictions turned out, and how the data moved.",
        ["pipelines"] = "Pipelines and their periods.",
        ["profiles"] = "What the columns of a file hold.",
        ["runs"] = "What was done with each file, step by step.",
        ["scoring"] = "Predictions of rows, by the models in production.",
        ["traffic"] = "Which models meet requests.",
    };

    public static void Configure(OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.OperationId = OperationIds.Of(context.Description.HttpMethod ?? "GET", "/" + context.Description.RelativePath);
            foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            {
                parameter.Example ??= Example(parameter.Name);
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // What is always written is always there, whether or not it has a default.
            foreach (var property in context.JsonTypeInfo.Properties.Where(p => schema.Properties?.ContainsKey(p.Name) == true && IsAlwaysWritten(p)))
            {
                (schema.Required ??= new HashSet<string>(StringComparer.Ordinal)).Add(property.Name);
            }

            var mayBeNull = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) is not null;
            if (schema.AnyOf is { Count: > 0 } choices && (Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) == typeof(double))
            {
                // A number, or one of the texts for what is none: the framework calls it an object, and forgets that it may be null.
                schema.Type = null;
                if (mayBeNull)
                {
                    choices.Add(new OpenApiSchema { Type = JsonSchemaType.Null });
                }
            }
            else if (mayBeNull && context.JsonPropertyInfo is null && schema.Type is { } type)
            {
                // Of a property the framework says itself that it may be null; of an item of a list it does not.
                schema.Type = type | JsonSchemaType.Null;
            }

            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "MlOps",
                Version = CodeVersion.Current,
                Description = "Pipelines, runs, predictions, models and scoring. Errors are problem+json; lists come in pages with a continuation; answers carry ETags.",
            };
            foreach (var server in document.Servers ?? [])
            {
                server.Url = server.Url?.TrimEnd('/');
            }

            var used = document.Paths.Values.SelectMany(p => p.Operations?.Values.AsEnumerable() ?? []).SelectMany(o => o.Tags ?? new HashSet<OpenApiTagReference>()).Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
            document.Tags = new HashSet<OpenApiTag>(Tags.Where(t => used.Contains(t.Key)).Select(t => new OpenApiTag { Name = t.Key, Description = t.Value }));
            Secure(document);
            return Task.CompletedTask;
        });
    }

    private static bool IsAlwaysWritten(JsonPropertyInfo property) =>
        property.Get is not null && property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true).OfType<JsonIgnoreAttribute>().Any(i => i.Condition != JsonIgnoreCondition.Never) != true;

    // On the loopback address nobody signs in; a deployed app takes either.
    private static void Secure(OpenApiDocument document)
    {
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
        {
            [Identity] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT",
                Description = "A deployed app: a token of Microsoft Entra with the app role reader, operator or releaser. `mlops up` on this machine asks for none.",
            },
            [FunctionKey] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "x-functions-key",
                Description = "A deployed app, by key: the function key of ReaderApi, OperatorApi or ReleaserApi, under /keys/reader, /keys/operator or /keys/releaser in place of /api.",
            },
        };
        document.Security =
        [
            new OpenApiSecurityRequirement(),
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Identity, document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(FunctionKey, document)] = [] },
        ];
    }

    // What `mlops demo` leaves behind.
    private static System.Text.Json.Nodes.JsonNode? Example(string? parameter) => parameter switch
    {
        "pipeline" => "credit-default",
        "period" => "20201001",
        "file" => "20201001.csv",
        "limit" => 10,
        _ => null,
    };
}
