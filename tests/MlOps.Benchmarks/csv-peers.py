"""Reads a CSV with pandas' C engine, several times in one process; prints what the benchmark of this repository prints."""
import resource
import sys
import time

import pandas

path, runs, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(path, encoding="utf-8") as file:
    header = file.readline().strip().split(",")
chosen = header[:: len(header) // columns][:columns] if columns else None
seconds, processor = [], []
for _ in range(runs):
    wall, own = time.perf_counter(), time.process_time()
    frame = pandas.read_csv(path, engine="c", usecols=chosen)
    seconds.append(time.perf_counter() - wall)
    processor.append(time.process_time() - own)
    del frame
seconds.sort()
processor.sort()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(f"pandas {pandas.__version__} threads=1 columns={columns or 'all'}: best {seconds[0]:.3f} s, median {seconds[len(seconds) // 2]:.3f} s, "
      f"processor {processor[len(processor) // 2]:.3f} s, peak {peak:.0f} MB")
