using System.Text;

namespace MlOps.Tuning;

/// <summary>Hyperband; see <see cref="HyperbandSettings"/>.</summary>
internal sealed class HyperbandPruner(HyperbandSettings settings) : IPruner
{
    private SuccessiveHalvingPruner[] _brackets = settings.MaxResource is { } max ? Brackets(settings, max) : [];

    /// <summary>Largest number of steps, once it is known.</summary>
    public int? MaxResource { get; private set; } = settings.MaxResource;

    /// <summary>Number of brackets, 0 until the largest number of steps is known.</summary>
    public int BracketCount => _brackets.Length;

    public void Fix(IReadOnlyList<TrialRecord> trials)
    {
        // Steps count from 0, so the longest trial has one step more than its last.
        if (MaxResource is null && trials.Where(t => t.State == TrialState.Complete).Max(t => t.LastStep) is { } last)
        {
            MaxResource = Math.Max(last + 1, settings.MinResource);
            _brackets = Brackets(settings, MaxResource.Value);
        }
    }

    public Judgement Judge(PrunerView view)
    {
        Fix(view.Others);
        if (BracketCount == 0)
        {
            return new Judgement(view.Trial, Prune: false);
        }

        var bracket = Bracket(view.StudyName, view.Trial.Number);
        return _brackets[bracket].Judge(view with { Others = SameBracket(view.StudyName, view.Trial.Number, view.Others) });
    }

    /// <summary>The trials of one trial's bracket; all while there are no brackets yet.</summary>
    public List<TrialRecord> SameBracket(string study, int number, IReadOnlyList<TrialRecord> trials)
    {
        var bracket = Bracket(study, number);
        return [.. trials.Where(t => Bracket(study, t.Number) == bracket)];
    }

    /// <summary>Share of a bracket in the trials: the wide ones get more.</summary>
    public int Budget(int bracket) =>
        (int)Math.Ceiling(BracketCount * Math.Pow(settings.ReductionFactor, BracketCount - 1 - bracket) / (BracketCount - bracket));

    /// <summary>The bracket of a trial: its name's checksum, counted down through the budgets. 0 while there are no brackets yet.</summary>
    public int Bracket(string study, int number)
    {
        var place = BracketCount == 0 ? 0 : Crc32(Encoding.UTF8.GetBytes($"{study}_{number}")) % Enumerable.Range(0, BracketCount).Sum(Budget);
        var bracket = 0;
        while (bracket < BracketCount - 1 && place >= Budget(bracket))
        {
            place -= Budget(bracket);
            bracket++;
        }

        return bracket;
    }

    /// <summary>The checksum of IEEE 802.3, reflected polynomial EDB88320.</summary>
    internal static long Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return ~crc;
    }

    private static SuccessiveHalvingPruner[] Brackets(HyperbandSettings settings, int maxResource)
    {
        var count = (int)Math.Floor(Math.Log((double)maxResource / settings.MinResource) / Math.Log(settings.ReductionFactor)) + 1;
        return [.. Enumerable.Range(0, count).Select(b => new SuccessiveHalvingPruner(new SuccessiveHalvingSettings
        {
            MinResource = settings.MinResource,
            ReductionFactor = settings.ReductionFactor,
            MinEarlyStoppingRate = b,
            BootstrapCount = settings.BootstrapCount,
        }))];
    }
}
