using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Tests.Vectors;

/// <summary>Compares two models tree by tree.</summary>
internal static class ModelComparison
{
    public static void AssertSameTrees(Booster expected, Booster actual)
    {
        int trees = Math.Min(expected.NumberOfTrees, actual.NumberOfTrees);
        for (int t = 0; t < trees; t++)
        {
            AssertSameTree(t, expected.Model.Trees[t], actual.Model.Trees[t]);
        }

        Assert.Equal(expected.NumberOfTrees, actual.NumberOfTrees);
    }

    private static void AssertSameTree(int t, Tree expected, Tree actual)
    {
        int nodes = Math.Min(expected.NumNodes, actual.NumNodes);
        for (int node = 0; node < nodes; node++)
        {
            string at = $"tree {t} node {node}: ";
            Assert.True(expected.SplitFeature[node] == actual.SplitFeature[node], $"{at}feature {actual.SplitFeature[node]}, expected {expected.SplitFeature[node]} (gain {actual.SplitGain[node]} / {expected.SplitGain[node]})");
            Assert.True(expected.DecisionType[node] == actual.DecisionType[node], $"{at}decision type {actual.DecisionType[node]}, expected {expected.DecisionType[node]}");
            Assert.True(expected.Threshold[node].Equals(actual.Threshold[node]), $"{at}threshold {actual.Threshold[node]:R}, expected {expected.Threshold[node]:R}");
            Assert.True(expected.LeftChild[node] == actual.LeftChild[node] && expected.RightChild[node] == actual.RightChild[node], $"{at}children");
            Assert.True(expected.InternalCount[node] == actual.InternalCount[node], $"{at}count {actual.InternalCount[node]}, expected {expected.InternalCount[node]}");
        }

        Assert.True(expected.NumLeaves == actual.NumLeaves, $"tree {t}: {actual.NumLeaves} leaves, expected {expected.NumLeaves}");
        Assert.Equal(expected.CategoryBoundaries, actual.CategoryBoundaries);
        Assert.Equal(expected.CategoryWords, actual.CategoryWords);
        for (int leaf = 0; leaf < expected.NumLeaves; leaf++)
        {
            Assert.True(expected.LeafCount[leaf] == actual.LeafCount[leaf], $"tree {t} leaf {leaf}: count {actual.LeafCount[leaf]}, expected {expected.LeafCount[leaf]}");
            Assert.True(expected.LeafValue[leaf].Equals(actual.LeafValue[leaf]), $"tree {t} leaf {leaf}: value {actual.LeafValue[leaf]:R}, expected {expected.LeafValue[leaf]:R}");
            Assert.True(expected.LeafWeight[leaf].Equals(actual.LeafWeight[leaf]), $"tree {t} leaf {leaf}: weight {actual.LeafWeight[leaf]:R}, expected {expected.LeafWeight[leaf]:R}");
        }
    }
}
