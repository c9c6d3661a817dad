namespace MlOps.Durable;

/// <summary>Name of an orchestrator or activity. Names match without regard to letter case.</summary>
public readonly struct TaskName : IEquatable<TaskName>
{
    /// <summary>Creates a name.</summary>
    /// <param name="name">The name; <see langword="null"/> counts as empty.</param>
    public TaskName(string name) => Name = name ?? "";

    /// <summary>The name as it was given.</summary>
    public string Name { get; }

    /// <summary>A name from a string.</summary>
    /// <param name="value">The name.</param>
    public static implicit operator TaskName(string value) => new(value);

    /// <summary>The string of a name.</summary>
    /// <param name="value">The name.</param>
    public static implicit operator string(TaskName value) => value.Name ?? "";

    /// <summary>Whether two names are the same, letter case apart.</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">The other.</param>
    public static bool operator ==(TaskName a, TaskName b) => a.Equals(b);

    /// <summary>Whether two names differ by more than letter case.</summary>
    /// <param name="a">One name.</param>
    /// <param name="b">The other.</param>
    public static bool operator !=(TaskName a, TaskName b) => !a.Equals(b);

    /// <inheritdoc/>
    public bool Equals(TaskName other) => string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TaskName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Name ?? "");

    /// <inheritdoc/>
    public override string ToString() => Name ?? "";
}
