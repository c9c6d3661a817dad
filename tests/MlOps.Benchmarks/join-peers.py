"""Joins the columns that MlOps.Benchmarks join has written with pandas, as of each row's time; prints what the benchmark of this repository prints."""
import resource
import sys
import time

import numpy
import pandas

folder, runs = sys.argv[1], int(sys.argv[2])
DAY = 86_400.0
side = pandas.DataFrame({
    "key": numpy.fromfile(f"{folder}/keys.bin", dtype="<i4"),
    "time": numpy.fromfile(f"{folder}/times.bin", dtype="<f8"),
    "amount": numpy.fromfile(f"{folder}/amounts.bin", dtype="<f8"),
})
as_of = numpy.fromfile(f"{folder}/as_of.bin", dtype="<f8")
main = pandas.DataFrame({"key": numpy.arange(len(as_of), dtype="<i4"), "as_of": as_of})


def last():
    joined = pandas.merge_asof(
        main.sort_values("as_of", kind="stable"), side.sort_values("time", kind="stable"),
        left_on="as_of", right_on="time", by="key", allow_exact_matches=False)
    return joined["amount"].sum()


def grouped(window):
    joined = side.merge(main, on="key")
    seen = joined[(joined["time"] < joined["as_of"]) & (joined["time"] >= joined["as_of"] - window)]
    made = seen.groupby("key")["amount"].agg(["count", "sum", "mean", "max"])
    return made.reindex(main["key"]).sum().sum()


for what, work in [("last, merge_asof", last), ("count, sum, mean, max of all, merge and groupby", lambda: grouped(numpy.inf)),
                   ("count, sum, mean, max of 180 days, merge and groupby", lambda: grouped(180 * DAY))]:
    seconds, processor = [], []
    for _ in range(runs):
        began, before = time.perf_counter(), time.process_time()
        check = work()
        seconds.append(time.perf_counter() - began)
        processor.append(time.process_time() - before)
    seconds.sort()
    processor.sort()
    print(f"pandas {pandas.__version__} {what}: best {seconds[0]:.3f} s, median {seconds[len(seconds) // 2]:.3f} s, processor best {processor[0]:.3f} s, median {processor[len(processor) // 2]:.3f} s, checksum {check:.3f}")
print(f"pandas peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")
