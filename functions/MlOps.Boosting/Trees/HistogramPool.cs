using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Trees;

/// <summary>Histograms of the leaves of one tree, reused from tree to tree.</summary>
internal sealed class HistogramPool(int entries) : IDisposable
{
    private readonly List<NativeBuffer<double>> _all = [];
    private readonly Stack<NativeBuffer<double>> _free = new();

    public NativeBuffer<double> Take()
    {
        if (_free.Count == 0)
        {
            var histogram = new NativeBuffer<double>(2L * entries);
            _all.Add(histogram);
            return histogram;
        }

        return _free.Pop();
    }

    /// <summary>Takes back the histogram of a leaf that will not be divided.</summary>
    public void Return(LeafState leaf)
    {
        if (leaf.Histogram is not null)
        {
            _free.Push(leaf.Histogram);
            leaf.Histogram = null;
        }
    }

    /// <summary>Takes back all.</summary>
    public void ReturnAll()
    {
        _free.Clear();
        foreach (NativeBuffer<double> histogram in _all)
        {
            _free.Push(histogram);
        }
    }

    public void Dispose()
    {
        foreach (NativeBuffer<double> histogram in _all)
        {
            histogram.Dispose();
        }
    }
}
