using MlOps.Cli;

return await MlopsCommand.RunAsync(args);
