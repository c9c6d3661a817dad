using MlOps.Cli.Commands;

return await MlopsCommand.RunAsync(args);
