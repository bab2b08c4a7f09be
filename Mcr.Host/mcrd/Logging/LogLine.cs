using Mcr.Native.Logging;

namespace Mcr.Host.Mcrd.Logging;

/// <summary>One message, whole.</summary>
/// <param name="Category">Of the logger: a type's full name.</param>
/// <param name="Template">The text before its values were put in.</param>
/// <param name="Values">By name, without the template.</param>
internal sealed record LogLine(
    DateTimeOffset Time,
    LogFacility Facility,
    LogVerbosity Level,
    string Category,
    string Template,
    string Text,
    string? Exception,
    IReadOnlyList<KeyValuePair<string, object?>> Values);
