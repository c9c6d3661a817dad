using System.Text.Json;

namespace MlOps.Tuning.Tests.Pruners;

public sealed class PrunedStudyTests
{
    public static TheoryData<string> Pruners() => ["median", "percentile", "halving", "hyperband"];

    [Theory]
    [MemberData(nameof(Pruners))]
    public void A_pruned_study_is_the_same_in_whatever_order_its_trials_advance(string pruner)
    {
        var expected = JsonSerializer.Serialize(Run(pruner, new System.Random(0)));
        for (var order = 1; order < 6; order++)
        {
            Assert.Equal(expected, JsonSerializer.Serialize(Run(pruner, new System.Random(order))));
        }

        Assert.Contains("PRUNED", expected, StringComparison.Ordinal);
        Assert.Contains("COMPLETE", expected, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_with_a_pruner_survives_json()
    {
        var study = new Study(Definition("hyperband"), Run("hyperband", new System.Random(3)));
        using var file = new MemoryStream();
        study.Save(file);
        file.Position = 0;
        var loaded = Study.Load(file);
        Assert.Equal(study.Definition.Pruner, loaded.Definition.Pruner);
        Assert.Equal(JsonSerializer.Serialize(study.Trials), JsonSerializer.Serialize(loaded.Trials));
        Assert.Equal(study.Ask().Parameters, loaded.Ask().Parameters);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Study(Definition("median") with { Pruner = new PercentileSettings { Percentile = 101 } }));
        Assert.Throws<ArgumentException>(() => new Study(Definition("median") with { Pruner = new SuccessiveHalvingSettings { ReductionFactor = 1 } }));
        Assert.Throws<ArgumentException>(() => new Study(Definition("median") with { Pruner = new HyperbandSettings { MinResource = 5, MaxResource = 4 } }));
    }

    private static StudyDefinition Definition(string pruner) => new()
    {
        Space = new SearchSpace(new FloatParameter("x", -5, 5), new IntParameter("k", 1, 9)),
        Seed = 11,
        WaveSize = 4,
        Pruner = pruner switch
        {
            "median" => new MedianSettings(),
            "percentile" => new PercentileSettings { Percentile = 25, WarmupSteps = 2, IntervalSteps = 3 },
            "halving" => new SuccessiveHalvingSettings { ReductionFactor = 2 },
            _ => new HyperbandSettings(),
        },
    };

    /// <summary>24 trials of 12 steps in waves of four; within a wave a random trial reports next.</summary>
    private static List<TrialRecord> Run(string pruner, System.Random order)
    {
        var study = new Study(Definition(pruner));
        for (var wave = 0; wave < 6; wave++)
        {
            var open = Enumerable.Range(0, 4).Select(_ => (Trial: study.Ask(), Step: -1)).ToList();
            while (open.Count > 0)
            {
                var i = order.Next(open.Count);
                var (trial, step) = open[i];
                step++;
                var value = Math.Pow(trial.Parameters["x"].Number - 1, 2) + trial.Parameters["k"].Number + (10.0 / (step + 1));
                open[i] = (trial, step);
                if (trial.Report(step, value))
                {
                    study.TellPruned(trial.Number, work: step);
                    open.RemoveAt(i);
                }
                else if (step == 11)
                {
                    study.Tell(trial.Number, value, work: step);
                    open.RemoveAt(i);
                }
            }
        }

        return [.. study.Trials];
    }
}
