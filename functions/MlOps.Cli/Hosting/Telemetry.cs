using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Cli.Hosting;

/// <summary>Sends traces and metrics over OTLP while a host runs, where the environment names a collector.</summary>
internal sealed class Telemetry : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly TracerProvider traces;
    private readonly MeterProvider metrics;

    private Telemetry()
    {
        traces = Sdk.CreateTracerProviderBuilder().AddSource(RunTelemetry.SourceName, "DurableTask.Core").ConfigureResource(Describe).AddOtlpExporter().Build();
        metrics = Sdk.CreateMeterProviderBuilder().AddMeter(RunTelemetry.SourceName).ConfigureResource(Describe).AddOtlpExporter().Build();
    }

    /// <summary>Starts sending; <see langword="null"/> where no collector is named. All other settings are OpenTelemetry's own variables.</summary>
    public static Telemetry? Start() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)) ? null : new Telemetry();

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        traces.Dispose();
        metrics.Dispose();
    }

    // https://opentelemetry.io/docs/specs/semconv/resource/faas/: what the platform says of itself; nothing on a laptop.
    private static void Describe(ResourceBuilder resource) =>
        resource.AddService("mlops", serviceVersion: CodeVersion.Current).AddAttributes(PlatformAttributes(Environment.GetEnvironmentVariable));

    internal static IEnumerable<KeyValuePair<string, object>> PlatformAttributes(Func<string, string?> variable)
    {
        if (variable("WEBSITE_SITE_NAME") is not { Length: > 0 } site)
        {
            return [];
        }

        List<KeyValuePair<string, object>> attributes = [new("cloud.provider", "azure"), new("cloud.platform", "azure.functions"), new("faas.name", site)];
        foreach (var (name, source) in ((string, string)[])[("faas.instance", "WEBSITE_INSTANCE_ID"), ("cloud.region", "REGION_NAME")])
        {
            if (variable(source) is { Length: > 0 } value)
            {
                attributes.Add(new(name, value));
            }
        }

        return attributes;
    }
}
