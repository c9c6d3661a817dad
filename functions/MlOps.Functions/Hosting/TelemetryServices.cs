using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Pipeline.Orchestrations;
using OpenTelemetry;

namespace MlOps.Functions.Hosting;

/// <summary>Logs, traces and metrics by OpenTelemetry: to Application Insights and to a collector, each where a setting names it.</summary>
internal static class TelemetryServices
{
    /// <summary>Adds them.</summary>
    public static void AddTelemetry(this IServiceCollection services)
    {
        var telemetry = services.AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            .WithTracing(traces => traces.AddSource(RunTelemetry.SourceName))
            .WithMetrics(metrics => metrics.AddMeter(RunTelemetry.SourceName));
        if (IsSet("APPLICATIONINSIGHTS_CONNECTION_STRING"))
        {
            telemetry.UseAzureMonitorExporter(monitor =>
            {
                // Alerts stand on the log: nothing of it is left out because a trace is.
                monitor.EnableTraceBasedLogsSampler = false;
                if (IsSet("APPLICATIONINSIGHTS_AUTHENTICATION_STRING"))
                {
                    monitor.Credential = new DefaultAzureCredential();
                }
            });
        }

        if (IsSet("OTEL_EXPORTER_OTLP_ENDPOINT"))
        {
            telemetry.UseOtlpExporter();
        }
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
