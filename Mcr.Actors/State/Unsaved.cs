namespace Mcr.Actors.State;

/// <summary>Changes are not being saved. Immutable, pure.</summary>
/// <param name="Why">Of the last attempt.</param>
/// <param name="Since">When that began; another reason does not change it.</param>
internal sealed record Unsaved(string Why, DateTimeOffset Since)
{
    /// <param name="before">null: they were being saved.</param>
    /// <param name="problem">null: they are again.</param>
    public static Unsaved? After(Unsaved? before, string? problem, DateTimeOffset now) => problem is null ? null : new Unsaved(problem, before?.Since ?? now);
}
