return await MlOps.EngineWorker.WorkerMain.RunAsync(args);
