using MlOps.Boosting.Settings;
using MlOps.Boosting.Tests.Vectors;

namespace MlOps.Boosting.Tests.Hostile;

/// <summary>Damaged model files: read as a whole model, or refused with the line; never a crash, a hang or a wrong index.</summary>
public sealed class ModelReaderFuzzTests
{
    [Theory]
    [InlineData("c01_regression_l2", 1)]
    [InlineData("c06c_cat_missing_unseen", 2)]
    [InlineData("c11_multiclass", 3)]
    public void Random_damage_is_refused_or_harmless(string name, int seed)
    {
        string text = VectorCase.Load(name).ModelText;
        string head = text[..Math.Min(text.Length, text.IndexOf("Tree=3\n", StringComparison.Ordinal))] + "end of trees\n";
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            string damaged = Damage(head, random);
            try
            {
                Booster booster = Booster.Load(damaged);
                double[] result = booster.Predict([.. Enumerable.Range(0, booster.FeatureCount).Select(_ => new double[] { 0, double.NaN, 3.7, -1e300 })], PredictionKind.Raw, threads: 1);
                Assert.Equal(4 * booster.NumberOfClasses, result.Length);
            }
            catch (ModelFormatException e)
            {
                Assert.True(e.Line >= 1, $"seed {seed}, try {i}");
                refused++;
            }
        }

        Assert.True(refused > 100, $"only {refused} of 400 damaged files were noticed");
    }

    [Fact]
    public void A_file_cut_anywhere_before_its_trees_end_is_refused()
    {
        string text = VectorCase.Load("c01_regression_l2").ModelText;
        int end = text.IndexOf("end of trees", StringComparison.Ordinal);
        for (int length = 0; length < end; length += 37)
        {
            Assert.Throws<ModelFormatException>(() => Booster.Load(text[..length]));
        }
    }

    [Fact]
    public void A_loop_among_the_nodes_is_refused()
    {
        string text = VectorCase.Load("c01_regression_l2").ModelText;
        int at = text.IndexOf("left_child=", StringComparison.Ordinal) + "left_child=".Length;
        Assert.Throws<ModelFormatException>(() => Booster.Load(text[..at] + "0" + text[text.IndexOf(' ', at)..]));
    }

    private static string Damage(string text, Random random)
    {
        char[] characters = text.ToCharArray();
        switch (random.Next(4))
        {
            case 0:
                return text[..random.Next(text.Length)];
            case 1:
                int from = random.Next(text.Length);
                return text.Remove(from, Math.Min(random.Next(1, 60), text.Length - from));
            case 2:
                int at = random.Next(text.Length);
                return text.Insert(at, new[] { "-", " 9999999999", "\n", "=", "nan", " ", "\0" }[random.Next(7)]);
            default:
                for (int i = 0; i < 5; i++)
                {
                    characters[random.Next(characters.Length)] = "0123456789-=. \nxe"[random.Next(17)];
                }

                return new string(characters);
        }
    }
}
