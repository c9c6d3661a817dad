using MlOps.Benchmarks.Boosting;

// One subcommand a room; each prints figures of this machine, to be read beside the peers' of the same run.
return args.FirstOrDefault() switch
{
    "boosting" => BoostingBenchmark.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: MlOps.Benchmarks boosting …");
    return 2;
}
