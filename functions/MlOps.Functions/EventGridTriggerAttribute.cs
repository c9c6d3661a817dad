using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

// The host's extension for Event Grid; the worker's package of it would say the same.
[assembly: ExtensionInformation("Microsoft.Azure.WebJobs.Extensions.EventGrid", "3.3.0")]

namespace MlOps.Functions;

/// <summary>Marks the parameter that gets one event of Event Grid, as JSON in the schema of its subscription.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class EventGridTriggerAttribute : TriggerBindingAttribute;
