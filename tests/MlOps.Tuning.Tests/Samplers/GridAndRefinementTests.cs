using System.Text.Json;

namespace MlOps.Tuning.Tests.Samplers;

public sealed class GridAndRefinementTests
{
    private static readonly SearchSpace Space = new(
        new FloatParameter("rate", 0.01, 1, log: true),
        new IntParameter("leaves", 2, 256),
        new CategoricalParameter("kind", ["a", "b"]));

    [Fact]
    public void A_grid_tries_every_combination_once_and_then_says_that_it_is_done()
    {
        var definition = new StudyDefinition { Space = Space, WaveSize = 5, Sampler = new GridSettings { Points = 3 } };
        var trials = new List<TrialRecord>();
        Wave wave;
        while ((wave = StudyPlan.NextWave(definition, trials)).Stop is null)
        {
            trials.AddRange(wave.Trials.Select(t => t with { State = TrialState.Complete, Value = t.Number }));
        }

        Assert.Equal("every point of the grid has been tried", wave.Stop);
        Assert.Equal(18, trials.Select(t => t.Parameters).Distinct().Count());
        Assert.Equal(18, trials.Count);
        Assert.Equal(["0.01", "0.1", "1"], trials.Select(t => Math.Round(t.Parameters["rate"].Number, 9).ToString()).Distinct());
        Assert.Equal([2, 129, 256], trials.Select(t => t.Parameters["leaves"].Number).Distinct().Order().Select(v => (int)v));
    }

    [Fact]
    public void A_short_grid_gives_all_of_its_points_and_a_grid_setting_survives_json()
    {
        Assert.Equal([1, 2, 3, 4], GridSampler.Points(new IntParameter("k", 1, 4), 10).Select(v => (int)v.Number));
        var settings = JsonSerializer.Deserialize<SamplerSettings>(JsonSerializer.Serialize<SamplerSettings>(new GridSettings { Points = 4 }));
        Assert.Equal(new GridSettings { Points = 4 }, settings);
        Assert.Throws<ArgumentException>(() => new Study(new StudyDefinition { Space = Space, Sampler = new GridSettings { Points = 0 } }));
    }

    [Fact]
    public void A_later_run_first_narrows_ranges_and_then_tries_values_with_the_history_still_guiding_it()
    {
        var definition = new StudyDefinition { Space = Space, Seed = 3, WaveSize = 4, Budget = new StudyBudget { Trials = 40 } };
        var trials = Run(definition, []);
        var ranges = SpaceRefinement.ToRanges(Space, Direction.Minimize, trials, 5);
        var narrow = (FloatParameter)ranges.Find("rate")!;
        Assert.True(narrow.Low >= 0.01 && narrow.High <= 1 && narrow.High / narrow.Low < 50, $"{narrow.Low} to {narrow.High}");
        Assert.True(narrow.Contains(StudyPlan.Best(definition, trials)!.Parameters["rate"]));

        trials = Run(definition with { Space = ranges, Budget = new StudyBudget { Trials = 60 } }, trials);
        Assert.All(trials.Skip(40), t => Assert.True(ranges.Contains(t.Parameters), t.Parameters.ToString()));

        var values = SpaceRefinement.ToValues(ranges, Direction.Minimize, trials, 3);
        Assert.All(values.Parameters, p => Assert.InRange(((CategoricalParameter)p).Choices.Count, 1, 3));
        // The trials of the ranges are observations of the values too.
        Assert.True(trials.Count(t => values.Parameters.All(p => p.Observes(t.Parameters[p.Name]))) >= 3);
        trials = Run(definition with { Space = values, Budget = new StudyBudget { Trials = 68 } }, trials);
        Assert.All(trials.Skip(60), t => Assert.True(values.Contains(t.Parameters), t.Parameters.ToString()));
    }

    [Fact]
    public void A_later_run_may_widen_a_range()
    {
        var definition = new StudyDefinition { Space = new SearchSpace(new FloatParameter("rate", 0.1, 0.2)), Budget = new StudyBudget { Trials = 12 } };
        var trials = Run(definition, []);
        var wide = definition with { Space = new SearchSpace(new FloatParameter("rate", 0.001, 1, log: true), new IntParameter("depth", 1, 5)), Budget = new StudyBudget { Trials = 24 } };
        var more = Run(wide, trials);
        Assert.Equal(trials.Select(t => t.Parameters), more.Take(12).Select(t => t.Parameters));
        Assert.All(more.Skip(12), t => Assert.True(wide.Space.Contains(t.Parameters)));
    }

    [Fact]
    public void Without_a_complete_trial_there_is_nothing_to_narrow_to() =>
        Assert.Contains("nothing says where", Assert.Throws<ArgumentException>(() => SpaceRefinement.ToRanges(Space, Direction.Minimize, [], 3)).Message);

    private static List<TrialRecord> Run(StudyDefinition definition, IReadOnlyList<TrialRecord> earlier)
    {
        var trials = earlier.ToList();
        while (StudyPlan.NextWave(definition, trials) is { Stop: null } wave)
        {
            trials.AddRange(wave.Trials.Select(t => t with { State = TrialState.Complete, Value = Value(t.Parameters) }));
        }

        return trials;
    }

    private static double Value(ParameterSet p) =>
        Math.Pow(Math.Log10(Number(p, "rate", 0.1)) + 1, 2) + (Math.Abs(Number(p, "leaves", 60) - 60) / 256) + (p.TryGet("kind", out var kind) && kind.ToString() == "b" ? 0.1 : 0);

    private static double Number(ParameterSet p, string name, double otherwise) => p.TryGet(name, out var value) ? value.AsNumber()!.Value : otherwise;
}
