return await MlOps.DurableWorker.WorkerMain.RunAsync(args);
