using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace MlOps.Tuning.Tests;

public sealed class StudyTests
{
    private static readonly SearchSpace Mixed = new(
        new FloatParameter("rate", 1e-5, 1, log: true),
        new IntParameter("leaves", 2, 256),
        new FloatParameter("share", 0, 1, step: 0.05),
        new CategoricalParameter("kind", ["a", "b", "c"]));

    private static StudyDefinition Definition(int waveSize = 1, ulong seed = 7) =>
        new() { Space = Mixed, Seed = seed, WaveSize = waveSize, Direction = Direction.Minimize };

    private static double Objective(ParameterSet p) =>
        Math.Pow(Math.Log10(p["rate"].Number) + 2, 2) + (p["leaves"].Number / 256) + p["share"].Number + (p["kind"].ToString() == "b" ? 0 : 0.5);

    [Fact]
    public void A_study_asks_tells_and_knows_its_best_trial()
    {
        var study = new Study(Definition());
        for (var i = 0; i < 20; i++)
        {
            var trial = study.Ask();
            Assert.True(Mixed.Contains(trial.Parameters), trial.Parameters.ToString());
            study.Tell(trial.Number, Objective(trial.Parameters), work: 10);
        }

        Assert.Equal(20, study.Trials.Count);
        Assert.Equal(study.Trials.Min(t => t.Value), study.Best!.Value);
        Assert.All(study.Trials, t => Assert.Equal(TrialState.Complete, t.State));
    }

    [Fact]
    public void The_same_wave_is_suggested_in_whatever_order_earlier_trials_ended()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).Zip(Gen.Elements(1, 2, 3, 4, 8)).ToArbitrary(), c =>
        {
            var (shuffleSeed, waveSize) = c;
            return Json(Run(Definition(waveSize), 16, order: null)) == Json(Run(Definition(waveSize), 16, new System.Random(shuffleSeed)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_trial_told_before_its_wave_is_full_does_not_change_the_rest_of_the_wave()
    {
        var early = new Study(Definition(waveSize: 4));
        var late = new Study(Definition(waveSize: 4));
        for (var i = 0; i < 40; i++)
        {
            var a = early.Ask();
            early.Tell(a.Number, Objective(a.Parameters));
            var b = late.Ask();
            if (i % 4 == 3)
            {
                for (var j = i; j > i - 4; j--)
                {
                    late.Tell(j, Objective(late.Trials[j].Parameters));
                }
            }

            Assert.Equal(a.Parameters, b.Parameters);
        }
    }

    [Fact]
    public void A_study_that_was_saved_and_loaded_goes_on_as_if_it_had_not_been()
    {
        var whole = Run(Definition(waveSize: 4), 20, order: null);
        var study = new Study(Definition(waveSize: 4), Run(Definition(waveSize: 4), 10, order: null));
        using var file = new MemoryStream();
        study.Save(file);
        file.Position = 0;
        var loaded = Study.Load(file);
        while (loaded.Trials.Count < 20)
        {
            var trial = loaded.Ask();
            loaded.Tell(trial.Number, Objective(trial.Parameters));
        }

        Assert.Equal(Json(whole), Json(loaded.Trials));
    }

    [Fact]
    public void A_killed_wave_gives_back_the_trials_that_were_running()
    {
        var definition = Definition(waveSize: 4);
        var wave = StudyPlan.NextWave(definition, []);
        TrialRecord[] half = [wave.Trials[0] with { State = TrialState.Complete, Value = 1 }, .. wave.Trials.Skip(1)];
        var again = StudyPlan.NextWave(definition, half);
        Assert.Equal(0, again.Number);
        Assert.Equal([1, 2, 3], again.Trials.Select(t => t.Number));
        Assert.Equal(wave.Trials.Skip(1).Select(t => t.Parameters), again.Trials.Select(t => t.Parameters));
    }

    [Fact]
    public void Asking_beyond_an_unfinished_wave_names_the_trial_that_is_running()
    {
        var study = new Study(Definition(waveSize: 2));
        study.Ask();
        study.Ask();
        study.Tell(1, 3);
        Assert.Contains("Trial 0 of wave 0 is still running", Assert.Throws<InvalidOperationException>(() => study.Ask()).Message);
    }

    [Fact]
    public void A_value_that_is_not_finite_fails_the_trial_and_a_second_result_is_refused()
    {
        var study = new Study(Definition());
        study.Ask();
        study.Tell(0, double.NaN);
        Assert.Equal(TrialState.Fail, study.Trials[0].State);
        Assert.Null(study.Best);
        Assert.Contains("has ended before", Assert.Throws<InvalidOperationException>(() => study.Tell(0, 1)).Message);
    }

    [Fact]
    public void Budgets_of_trials_work_and_time_end_a_study_at_a_wave_and_say_why()
    {
        var trials = Run(Definition(waveSize: 4), 8, order: null).Select(t => t with { Work = 100 }).ToList();
        Assert.Equal("the budget of 8 trials is used", Stop(new StudyBudget { Trials = 8 }));
        Assert.Equal("the budget of 700 units of work is used: 800 after 2 waves", Stop(new StudyBudget { Work = 700 }));
        Assert.Equal("the budget of 00:01:00 is used: 00:02:00 after 2 waves", Stop(new StudyBudget { Time = TimeSpan.FromMinutes(1) }));
        Assert.Null(Stop(new StudyBudget { Trials = 9, Work = 801, Time = TimeSpan.FromMinutes(3) }));
        Assert.Single(StudyPlan.NextWave(Definition(waveSize: 4) with { Budget = new StudyBudget { Trials = 9 } }, trials).Trials);

        string? Stop(StudyBudget budget) =>
            StudyPlan.NextWave(Definition(waveSize: 4) with { Budget = budget }, trials, TimeSpan.FromMinutes(2)).Stop;
    }

    [Fact]
    public void Initial_parameters_are_tried_first_and_what_they_leave_out_is_suggested()
    {
        var defaults = new ParameterSet([new("leaves", 31), new("rate", 0.1)]);
        var definition = Definition(waveSize: 2) with { Initial = [defaults] };
        var trials = StudyPlan.NextWave(definition, []).Trials;
        Assert.Equal(31, trials[0].Parameters["leaves"].Number);
        Assert.Equal(0.1, trials[0].Parameters["rate"].Number);
        Assert.Equal(["rate", "leaves", "share", "kind"], trials[0].Parameters.Select(p => p.Key));
        Assert.NotEqual(31, trials[1].Parameters["leaves"].Number);
        var error = Assert.Throws<ArgumentException>(() => new Study(definition with { Initial = [new ParameterSet([new("leafs", 3)])] }));
        Assert.Contains("leafs, which is not in the search space", error.Message);
    }

    [Fact]
    public void Missing_or_double_trials_are_refused()
    {
        var trials = Run(Definition(), 3, order: null);
        Assert.Contains("Trial 1 is missing", Assert.Throws<ArgumentException>(() => StudyPlan.NextWave(Definition(), [trials[0], trials[2]])).Message);
        Assert.Contains("given twice", Assert.Throws<ArgumentException>(() => StudyPlan.NextWave(Definition(), [trials[0], trials[0]])).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"version\":9,\"definition\":{\"space\":[{\"type\":\"int\",\"name\":\"a\",\"low\":1,\"high\":2}]},\"trials\":[]}")]
    [InlineData("{\"version\":1,\"definition\":{\"space\":[{\"type\":\"int\",\"name\":\"a\",\"low\":3,\"high\":2}]},\"trials\":[]}")]
    public void A_file_that_is_not_a_study_is_refused(string text)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Throws<InvalidDataException>(() => Study.Load(stream));
    }

    private static List<TrialRecord> Run(StudyDefinition definition, int count, System.Random? order)
    {
        definition = definition with { Budget = new StudyBudget { Trials = count } };
        var trials = new List<TrialRecord>();
        while (StudyPlan.NextWave(definition, trials) is { Stop: null } wave)
        {
            var ended = wave.Trials.Select(t => t with { State = TrialState.Complete, Value = Objective(t.Parameters) }).ToArray();
            order?.Shuffle(ended);
            trials.AddRange(ended);
        }

        return [.. trials.OrderBy(t => t.Number)];
    }

    private static string Json(IEnumerable<TrialRecord> trials) => JsonSerializer.Serialize(trials);
}
