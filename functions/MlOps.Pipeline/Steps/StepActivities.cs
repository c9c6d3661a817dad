namespace MlOps.Pipeline.Steps;

/// <summary>Names of the steps' activities, which recorded histories hold for good: a rename of a class must not change them.</summary>
internal static class StepActivities
{
    public const string Validate = "ValidateActivity";
    public const string Side = "SideActivity";
    public const string Accumulate = "AccumulateActivity";
    public const string Featurize = "FeaturizeActivity";
    public const string Tune = "TuneActivity";
    public const string Train = "TrainActivity";
    public const string Evaluate = "EvaluateActivity";
    public const string Register = "RegisterActivity";
    public const string Promote = "PromoteActivity";
    public const string Predict = "PredictActivity";
    public const string Baseline = "BaselineActivity";
    public const string Leaderboard = "LeaderboardActivity";
    public const string Inspect = "InspectActivity";
    public const string Monitor = "MonitorActivity";
    public const string Explain = "ExplainActivity";
    public const string Report = "ReportActivity";
    public const string Retrain = "RetrainActivity";
}
