using MlOps.Engine;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Settings of a task hub of a test's own.</summary>
internal static class TestHub
{
    /// <summary>The settings.</summary>
    /// <param name="folder">Folder of the worker's notes.</param>
    /// <param name="name">A name that no other test of the account has.</param>
    public static TaskHubOptions Options(string folder, string name) =>
        new() { Folder = folder, HubName = "hub" + string.Concat(name.Where(char.IsAsciiLetterOrDigit)), MaxPollingInterval = TimeSpan.FromSeconds(1) };
}
