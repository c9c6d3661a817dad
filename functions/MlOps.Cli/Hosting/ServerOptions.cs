namespace MlOps.Cli.Hosting;

/// <summary>What a local server is started with.</summary>
internal sealed record ServerOptions
{
    /// <summary>The port that is tried when none is named.</summary>
    public const int DefaultPort = 5080;

    /// <summary>Account by name (connection string or address); <see langword="null"/> for the emulator in <see cref="DataFolder"/>.</summary>
    public string? Connection { get; init; }

    /// <summary>Data folder of the local account.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Port for HTTP on the loopback address; 0 for any free one; <see langword="null"/> for the default or, where that is taken, a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Longest pause between two looks at the input container; <see langword="null"/> for what fits the account.</summary>
    public TimeSpan? LookInterval { get; init; }

    /// <summary>Pause between two searches for drops without a finished run.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);
}
