using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Orchestrations;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MlOps.App.Hosting;

/// <summary>Sends traces and metrics over OTLP while a host runs, where the environment names a collector.</summary>
internal sealed class Telemetry : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly TracerProvider traces;
    private readonly MeterProvider metrics;

    private Telemetry()
    {
        traces = Sdk.CreateTracerProviderBuilder().AddSource(RunTelemetry.SourceName).ConfigureResource(Describe).AddOtlpExporter().Build();
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

    private static void Describe(ResourceBuilder resource) => resource.AddService("mlops", serviceVersion: CodeVersion.Current);
}
