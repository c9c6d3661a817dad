using System.Text.Json;

namespace MlOps.Web.Access;

/// <summary>What a caller may do.</summary>
public enum Role
{
    /// <summary>Look, download, score.</summary>
    Reader,

    /// <summary>Also drop files, rerun, cancel, replay.</summary>
    Operator,

    /// <summary>Also, apart from what an operator may, promote, roll back, change definitions.</summary>
    Releaser,
}

/// <summary>Who sends a request.</summary>
/// <param name="Name">Name for the audit.</param>
/// <param name="Roles">What they may do.</param>
public sealed record Caller(string Name, IReadOnlySet<Role> Roles)
{
    /// <summary>The header in which the platform's sign-in says who it is (https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities).</summary>
    public const string PrincipalHeader = "X-MS-CLIENT-PRINCIPAL";

    private const int NameLengthMax = 200;

    /// <summary>Whoever sits at the machine; the server listens on the loopback address only.</summary>
    public static Caller Local { get; } = new("local", new HashSet<Role> { Role.Reader, Role.Operator, Role.Releaser });

    /// <summary>A program that has shown a key which gives one role.</summary>
    public static Caller OfKey(Role role) => new($"key of {role.ToString().ToLowerInvariant()}", new HashSet<Role> { role });

    /// <summary>Whether a role is held; whoever may change something may also look.</summary>
    public bool Has(Role role) => Roles.Contains(role) || (role == Role.Reader && Roles.Count > 0);

    /// <summary>Reads the platform's header; <see langword="null"/> where it is absent or damaged, which counts as not signed in.</summary>
    /// <param name="header">Base64 of JSON with claims.</param>
    public static Caller? FromPrincipal(string? header)
    {
        try
        {
            return string.IsNullOrEmpty(header) ? null : Read(JsonDocument.Parse(Convert.FromBase64String(header)).RootElement);
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static Caller Read(JsonElement principal)
    {
        var roleType = principal.TryGetProperty("role_typ", out var type) ? type.GetString() : null;
        var nameType = principal.TryGetProperty("name_typ", out var named) ? named.GetString() : null;
        var roles = new HashSet<Role>();
        string? name = null;
        foreach (var claim in principal.GetProperty("claims").EnumerateArray())
        {
            var (kind, value) = (claim.GetProperty("typ").GetString(), claim.GetProperty("val").GetString());
            if ((kind == "roles" || kind == roleType) && RoleOf(value) is { } role)
            {
                roles.Add(role);
            }

            name = (kind == nameType || kind == "preferred_username") && name is null ? value : name;
        }

        name ??= "signed in without a name";
        return new Caller(name.Length <= NameLengthMax ? name : name[..NameLengthMax], roles);
    }

    private static Role? RoleOf(string? value) => value switch
    {
        "reader" => Role.Reader,
        "operator" => Role.Operator,
        "releaser" => Role.Releaser,
        _ => null,
    };
}
