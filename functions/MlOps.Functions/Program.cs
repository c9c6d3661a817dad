using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MlOps.Functions.Hosting;
using MlOps.Pipeline;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<InvocationMiddleware>();

// As under the local server: four lines for each request, health checks included, tell nobody anything that its own record does not.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

// The same classes as on the local engine: each is a function of its name.
builder.ConfigureDurableWorker().AddTasks(tasks => tasks.AddPipeline());
builder.Services.AddPipelineUnderFunctions();
builder.Services.AddTelemetry();
await builder.Build().RunAsync();
