using MlOps.Learning.Learners;

namespace MlOps.Learning.Tests.MlNet;

/// <summary>Rows with missing cells whose label is known to follow the first three features.</summary>
internal static class LearnerCase
{
    public static readonly string[] Names = ["a", "b", "c", "noise", "constant"];

    public static LearningSet Rows(LearningTask task, int count = 1200, int seed = 1)
    {
        var random = new Random(seed);
        double[][] columns = [.. Names.Select(_ => new double[count])];
        var label = new float[count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < 4; j++)
            {
                columns[j][i] = (random.NextDouble() * 4) - 2;
            }

            columns[4][i] = 7;
            var score = (1.5 * columns[0][i]) - columns[1][i] + (Math.Abs(columns[2][i]) * 0.8) - 0.8;
            label[i] = task switch
            {
                LearningTask.Regression => (float)(score + random.NextDouble()),
                LearningTask.Multiclass => score < -1 ? 0 : score < 1 ? 1 : 2,
                _ => random.NextDouble() < 1 / (1 + Math.Exp(-2 * score)) ? 1 : 0,
            };
            if (i % 11 == 0)
            {
                columns[i % 4][i] = double.NaN;
            }
        }

        return new LearningSet(task, Names, columns, label, task == LearningTask.Multiclass ? 3 : 2);
    }
}
