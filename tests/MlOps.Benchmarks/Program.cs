using MlOps.Benchmarks.Boosting;
using MlOps.Benchmarks.Csv;
using MlOps.Benchmarks.Drift;
using MlOps.Benchmarks.Engine;
using MlOps.Benchmarks.Explain;
using MlOps.Benchmarks.Functions;
using MlOps.Benchmarks.Join;
using MlOps.Benchmarks.Learners;
using MlOps.Benchmarks.Load;
using MlOps.Benchmarks.Pictures;
using MlOps.Benchmarks.Policies;
using MlOps.Benchmarks.Serving;
using MlOps.Benchmarks.Tuning;

// One subcommand a room; each prints figures of this machine, to be read beside the peers' of the same run.
return args.FirstOrDefault() switch
{
    "boosting" => BoostingBenchmark.Run(args[1..]),
    "csv" => CsvBenchmark.Run(args[1..]),
    "csv-fuzz" => CsvFuzz.Run(args[1..]),
    "drift" => DriftBenchmark.Run(args[1..]),
    "engine" => await EngineBenchmark.RunAsync(),
    "engine-worker" => await MlOps.EngineWorker.WorkerMain.RunAsync(args[1..]),
    "explain" => ExplainBenchmark.Run(),
    "join" => JoinBenchmark.Run(args[1..]),
    "ledger" => await LedgerBenchmark.RunAsync(args[1..]),
    "learners" => await LearnersBenchmark.RunAsync(args[1..]),
    "load" => await LoadBenchmark.RunAsync(args[1..]),
    "memory" => await MemoryBenchmark.RunAsync(args[1..]),
    "pictures" => await PicturesBenchmark.RunAsync(args[1..]),
    "policies" => PoliciesBenchmark.Run(args[1..]),
    "ways" => WaysBenchmark.Run(args[1..]),
    "falls" => FallsBenchmark.Run(args[1..]),
    "rendering" => await RenderingBenchmark.RunAsync(),
    "serving" => await ServingBenchmark.RunAsync(args[1..]),
    "tuning" => TuningBenchmark.Run(args[1..]),
    "worker-start" => await WorkerStartBenchmark.RunAsync(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: MlOps.Benchmarks boosting …");
    Console.Error.WriteLine("       MlOps.Benchmarks csv FILE [--reader mlops|csvhelper|split] [--threads N] [--columns N] [--values] [--runs N]");
    Console.Error.WriteLine("       MlOps.Benchmarks csv-fuzz [--inputs N] [--seed S] [--seeds FOLDER]");
    Console.Error.WriteLine("       MlOps.Benchmarks drift [SIMULATIONS]");
    Console.Error.WriteLine("       MlOps.Benchmarks engine");
    Console.Error.WriteLine("       MlOps.Benchmarks explain");
    Console.Error.WriteLine("       MlOps.Benchmarks join FOLDER [RUNS]");
    Console.Error.WriteLine("       MlOps.Benchmarks learners DATA-FOLDER OUTPUT-FOLDER [CASE]");
    Console.Error.WriteLine("       MlOps.Benchmarks ledger [DROPS …] [--kinds]");
    Console.Error.WriteLine("       MlOps.Benchmarks load [FILES …]");
    Console.Error.WriteLine("       MlOps.Benchmarks memory [ROWS]");
    Console.Error.WriteLine("       MlOps.Benchmarks pictures [COUNT]");
    Console.Error.WriteLine("       MlOps.Benchmarks policies [FROM TO] [--data FOLDER]");
    Console.Error.WriteLine("       MlOps.Benchmarks ways [FROM TO] [--data FOLDER]");
    Console.Error.WriteLine("       MlOps.Benchmarks falls [FEEDS]");
    Console.Error.WriteLine("       MlOps.Benchmarks rendering");
    Console.Error.WriteLine("       MlOps.Benchmarks serving [CASE-FOLDER [PEER-ADDRESS]]");
    Console.Error.WriteLine("       MlOps.Benchmarks tuning [FIRST-SEED]");
    Console.Error.WriteLine("       MlOps.Benchmarks worker-start FOLDER");
    return 2;
}
