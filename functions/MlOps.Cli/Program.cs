using MlOps.App.Commands;

return await MlopsCommand.RunAsync(args);
