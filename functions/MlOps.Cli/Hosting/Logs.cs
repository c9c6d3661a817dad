using Microsoft.Extensions.Logging.Console;

namespace MlOps.Cli.Hosting;

/// <summary>Logs go to stderr: one line an entry for people, or one JSON object an entry where <c>MLOPS_LOG=json</c>.</summary>
internal static class Logs
{
    /// <summary>The variable that chooses the form.</summary>
    public const string Variable = "MLOPS_LOG";

    /// <summary>Creates the factory.</summary>
    /// <param name="least">Least level that is written.</param>
    public static ILoggerFactory Create(LogLevel least) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(least);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);

        // The engine warns of what is no fault here, such as a run that was woken after it had ended; what is one, the run tells.
        logging.AddFilter("DurableTask", LogLevel.Error);
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (Environment.GetEnvironmentVariable(Variable) is "json")
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "O";
            });
        }
        else
        {
            logging.AddSimpleConsole(line =>
            {
                line.SingleLine = true;
                line.UseUtcTimestamp = true;
                line.TimestampFormat = "HH:mm:ss.fff ";
            });
        }
    });
}
