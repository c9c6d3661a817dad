namespace MlOps.Durable;

/// <summary>The rules for instance ids, which are those of the Functions host.</summary>
public static class InstanceIds
{
    /// <summary>Longest id, in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>Checks an id.</summary>
    /// <param name="instanceId">The id.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ArgumentException">It is empty, too long, begins with '@' or holds one of / \ # ? or a control character.</exception>
    public static string Validate(string? instanceId)
    {
        var problem = instanceId switch
        {
            null or "" => "is empty",
            { Length: > MaxLength } => $"has {instanceId.Length} characters; {MaxLength} are allowed",
            _ when instanceId[0] == '@' => "begins with '@', which is reserved",
            _ when instanceId.AsSpan().IndexOfAny("/\\#?") is >= 0 and var at => $"holds '{instanceId[at]}' at position {at + 1}",
            _ when instanceId.Any(char.IsControl) => "holds a control character",
            _ => null,
        };
        return problem is null ? instanceId! : throw new ArgumentException($"The instance id '{instanceId}' {problem}.", nameof(instanceId));
    }
}
