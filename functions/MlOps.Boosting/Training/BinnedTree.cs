using MlOps.Boosting.Binning;
using MlOps.Boosting.Data;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Training;

/// <summary>
/// A tree made ready to walk binned rows: each node is a column and a table of decisions over its stored values. Used
/// for rows that were not in the tree's bag and for validation sets, whose bins are aligned with the training set's.
/// </summary>
internal sealed unsafe class BinnedTree : IDisposable
{
    private const int BlockRows = 16384;

    private readonly Tree _tree;
    private readonly NativeBuffer<byte> _tables;
    private readonly long[] _tableStarts;
    private readonly FeatureSlot[] _slots;

    public BinnedTree(Tree tree, Dataset data)
    {
        _tree = tree;
        _slots = new FeatureSlot[tree.NumNodes];
        _tableStarts = new long[tree.NumNodes];
        long length = 0;
        for (int node = 0; node < tree.NumNodes; node++)
        {
            _slots[node] = data.Layout.Slots[tree.UsedFeature[node]];
            _tableStarts[node] = length;
            length += TableLength(data, node);
        }

        _tables = new NativeBuffer<byte>(length);
        for (int node = 0; node < tree.NumNodes; node++)
        {
            BinMapper mapper = data.UsedMappers[tree.UsedFeature[node]];
            SideTable.Fill(tree, node, mapper, _slots[node], _tables.Pointer + _tableStarts[node], TableLength(data, node));
        }
    }

    /// <summary>Adds the tree's outputs to the scores of a data set's rows.</summary>
    /// <param name="data">Data set with the tree's bins.</param>
    /// <param name="rows">Rows, or null for all.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="scores">Scores of the tree's class.</param>
    /// <param name="team">Threads.</param>
    public void AddTo(Dataset data, int* rows, int count, double* scores, Team team)
    {
        team.Run((count + BlockRows - 1) / BlockRows, block =>
        {
            int end = Math.Min(count, (block + 1) * BlockRows);
            for (int i = block * BlockRows; i < end; i++)
            {
                int row = rows is null ? i : rows[i];
                scores[row] += _tree.LeafValue[LeafOf(data, row)];
            }
        });
    }

    public void Dispose() => _tables.Dispose();

    private int LeafOf(Dataset data, int row)
    {
        int node = _tree.NumLeaves > 1 ? 0 : ~0;
        while (node >= 0)
        {
            FeatureSlot slot = _slots[node];
            int stored = data.Tiles[slot.Tile].Get(row, slot.Position);
            bool left = _tables.Pointer[_tableStarts[node] + stored] != 0;
            node = left ? _tree.LeftChild[node] : _tree.RightChild[node];
        }

        return ~node;
    }

    private int TableLength(Dataset data, int node) => data.Tiles[_slots[node].Tile].IsWide ? 65536 : 256;
}
