using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Mcr.Specs.Docs;

/// <summary>The sentences of the product's source text, by syntax alone: what they are given to says what they are.</summary>
internal static class SourceMessages
{
    private static readonly string[] Projects = ["Mcr.Actors", "Mcr.Native", "Mcr.Host"];

    /// <summary>Of mcrd and its workers, which log; and what is printed before there is a log, or by programs that have none.</summary>
    private static readonly HashSet<string> Tellers = ["Warning", "LogWarning", "LogError", "LogCritical", "Warn", "warn", "_warn", "_log", "log", "Fail", "Say"];

    /// <summary>Records which come out as warnings, whoever prints them.</summary>
    private static readonly HashSet<string> Effects = ["Warn", "Repaired", "Note", "Say", "Tell"];

    /// <summary>Exceptions whose text a user reads as it is.</summary>
    private static readonly HashSet<string> Endings = ["ControlSocketException", "ControlClientException", "RemoteException", "UsageException", "IOException"];

    private static readonly HashSet<string> Refusals = ["ConfigProblem", "RuleProblem", "ProblemEntry", "HoconException", "InvalidDataException"];

    /// <summary>Why a rule is not relayed, or a worker is killed: all that these files say is read by users.</summary>
    private static readonly HashSet<string> Reasons = ["Mcr.Actors/Interfaces/InterfacePlanner.cs", "Mcr.Actors/Interfaces/RuleMemberships.cs", "Mcr.Actors/Workers/HealthCheck.cs", "Mcr.Native/Ingress/GroupMembership.cs"];

    /// <summary>What has fewer is a frame for another text, which is found where it is made.</summary>
    public const int LeastLetters = 10;

    private static readonly Lazy<SourceFile[]> Files = new(() =>
    [
        .. from project in Projects
           from path in Directory.EnumerateFiles(Path.Combine(Executables.RepositoryRoot, project), "*.cs", SearchOption.AllDirectories)
           let name = Path.GetRelativePath(Executables.RepositoryRoot, path)
           where !name.Split('/').Any(part => part is "obj" or "bin")
           orderby name
           select new SourceFile(name, CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetRoot()),
    ]);

    /// <summary>Everything that is a text with a hole or a space in it.</summary>
    public static IReadOnlyList<string> Strings { get; } = [.. Files.Value.SelectMany(f => f.Root.DescendantNodes()).SelectMany(TextOf).Distinct()];

    /// <summary>What is logged at warning or error, or printed where there is no log.</summary>
    public static IReadOnlyList<SourceMessage> Told { get; } = [.. Files.Value.SelectMany(f => f.Root.DescendantNodes().SelectMany(node => ToldBy(f, node))).DistinctBy(m => m.Text)];

    /// <summary>Why a request, a rule or a file is refused.</summary>
    public static IReadOnlyList<SourceMessage> Refused { get; } = [.. Files.Value.SelectMany(f => f.Root.DescendantNodes().SelectMany(node => RefusedBy(f, node))).DistinctBy(m => (m.Field, m.Text))];

    private static IEnumerable<SourceMessage> ToldBy(SourceFile file, SyntaxNode node) => node switch
    {
        InterpolatedStringExpressionSyntax reason when Reasons.Contains(file.Name) => Texts(file, reason, "reason", TextOf(reason)),
        InvocationExpressionSyntax call when IsConsoleError(call) => Of(file, call, "stderr", call.ArgumentList.Arguments.Take(1)),
        InvocationExpressionSyntax call when NameOf(call) is { } name && (Tellers.Contains(name) || (name == "Error" && IsLog(call))) && !IsBelowWarning(call.ArgumentList) => Of(file, call, "log", call.ArgumentList.Arguments),
        BaseObjectCreationExpressionSyntax made when TypeOf(made) is { } type && Effects.Contains(type) && !IsBelowWarning(made.ArgumentList) => Of(file, made, "log", made.ArgumentList?.Arguments),
        BaseObjectCreationExpressionSyntax made when TypeOf(made) is { } type && Endings.Contains(type) => Of(file, made, type, made.ArgumentList?.Arguments),
        ImplicitObjectCreationExpressionSyntax { ArgumentList.Arguments: [{ } kind, ..] all } made when $"{kind}".StartsWith("ControlClientProblem.", StringComparison.Ordinal) => Of(file, made, "ControlClientException", all),
        TupleExpressionSyntax { Arguments: [{ } capability, _, { } consequence] } right when $"{capability}".StartsWith("Libc.CAP_", StringComparison.Ordinal) => Of(file, right, "log", [consequence]),
        _ when IsWarningEvent(node) => Of(file, node, "event", ((node as InvocationExpressionSyntax)?.ArgumentList ?? ((BaseObjectCreationExpressionSyntax)node).ArgumentList)?.Arguments),
        _ => [],
    };

    private static IEnumerable<SourceMessage> RefusedBy(SourceFile file, SyntaxNode node) => node switch
    {
        BaseObjectCreationExpressionSyntax made when $"{made}".StartsWith("new ControlResponse.Error(", StringComparison.Ordinal) => Of(file, made, "answer", made.ArgumentList?.Arguments),
        BaseObjectCreationExpressionSyntax made when TypeOf(made) is { } type && Refusals.Contains(type) => Of(file, made, type, made.ArgumentList?.Arguments.Skip(type is "RuleProblem" or "ProblemEntry" or "ConfigProblem" ? 1 : 0), FieldOf(made.ArgumentList)),
        InvocationExpressionSyntax call when NameOf(call) is "Problem" or "AddError" or "problem" or "Refuse" => Of(file, call, "refusal", call.ArgumentList.Arguments, FieldOf(call.ArgumentList)),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "_scanner" }, Name.Identifier.Text: "Error" } } call => Of(file, call, "refusal", call.ArgumentList.Arguments),
        _ => [],
    };

    /// <summary>What the first argument with a text may come to; those behind it fill its holes.</summary>
    private static IEnumerable<SourceMessage> Of(SourceFile file, SyntaxNode place, string voice, IEnumerable<ArgumentSyntax>? arguments, string? field = null) =>
        Texts(file, place, voice, (arguments ?? []).Select(argument => TextsOf(argument.Expression, file.Root).Where(t => t.Contains(' ', StringComparison.Ordinal)).ToArray()).FirstOrDefault(texts => texts.Length > 0) ?? [], field);

    private static IEnumerable<SourceMessage> Texts(SourceFile file, SyntaxNode place, string voice, IEnumerable<string> texts, string? field = null) =>
        from text in texts
        where text.Contains(' ', StringComparison.Ordinal) && text.Count(char.IsLetter) >= LeastLetters
        select new SourceMessage(text, file.Name, place.GetLocation().GetLineSpan().StartLinePosition.Line + 1, voice, field);

    /// <summary>All that an expression may come to, as far as the file says: branches, and variables that are given a text.</summary>
    private static IEnumerable<string> TextsOf(ExpressionSyntax expression, SyntaxNode root) => expression switch
    {
        ParenthesizedExpressionSyntax inner => TextsOf(inner.Expression, root),
        ConditionalExpressionSyntax either => [.. TextsOf(either.WhenTrue, root), .. TextsOf(either.WhenFalse, root)],
        SwitchExpressionSyntax many => many.Arms.SelectMany(arm => TextsOf(arm.Expression, root)),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } or => [.. TextsOf(or.Left, root), .. TextsOf(or.Right, root)],
        IdentifierNameSyntax name => root.DescendantNodes().OfType<VariableDeclaratorSyntax>().Where(v => v.Identifier.Text == name.Identifier.Text && v.Initializer is not null)
            .SelectMany(v => v.Initializer!.Value is IdentifierNameSyntax ? [] : TextsOf(v.Initializer.Value, root)),
        _ => TextOf(expression),
    };

    private static IEnumerable<string> TextOf(SyntaxNode node) => node switch
    {
        LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } literal => [Plain(Holes(literal.Token.ValueText))],
        InterpolatedStringExpressionSyntax text => [Plain(string.Concat(text.Contents.Select(part => part is InterpolatedStringTextSyntax own ? Unescaped(own, text) : SourceMessage.Hole)))],
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum when TextOf(sum.Left).ToArray() is [var left] =>
            [Plain(left + (TextOf(sum.Right).ToArray() is [var right] ? right : SourceMessage.Hole))],
        _ => [],
    };

    /// <summary>Braces are doubled in there, unless it is a raw string.</summary>
    private static string Unescaped(InterpolatedStringTextSyntax own, InterpolatedStringExpressionSyntax text) => text.StringStartToken.Text.EndsWith("\"\"\"", StringComparison.Ordinal)
        ? own.TextToken.ValueText
        : own.TextToken.ValueText.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);

    /// <summary>Of a log's template: what is in braces is a hole.</summary>
    private static string Holes(string template) => System.Text.RegularExpressions.Regex.Replace(template, @"\{[A-Z][A-Za-z]*\}", SourceMessage.Hole);

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, $"{SourceMessage.Hole}{{2,}}", SourceMessage.Hole).Replace("\n", " ", StringComparison.Ordinal).Trim();

    private static bool IsConsoleError(InvocationExpressionSyntax call) => $"{call.Expression}".StartsWith("Console.Error.Write", StringComparison.Ordinal);

    private static bool IsLog(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax name } && name.Identifier.Text.EndsWith("log", StringComparison.OrdinalIgnoreCase);

    /// <summary><c>Say(facility, level, …)</c> and the like, below warning.</summary>
    private static bool IsBelowWarning(ArgumentListSyntax? list) => $"{list}" is var all
        && (all.Contains("LogVerbosity.Info", StringComparison.Ordinal) || all.Contains("LogVerbosity.Debug", StringComparison.Ordinal) || all.Contains("IsWarning: false", StringComparison.Ordinal));

    private static bool IsWarningEvent(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call => NameOf(call) is "Publish" or "News" or "Event" or "Of" && IsWarning(call.ArgumentList),
        BaseObjectCreationExpressionSyntax { ArgumentList: { } list } made => TypeOf(made) is "RelayEvent" && IsWarning(list),
        _ => false,
    };

    private static bool IsWarning(ArgumentListSyntax list) => list.Arguments.Any(a => $"{a}" is var text
        && (text.Contains("EventSeverity.Warning", StringComparison.Ordinal) || text.Contains("EventSeverity.Error", StringComparison.Ordinal)));

    private static string? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        IdentifierNameSyntax name => name.Identifier.Text,
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        MemberBindingExpressionSyntax member => member.Name.Identifier.Text,
        _ => null,
    };

    private static string? TypeOf(BaseObjectCreationExpressionSyntax made) => made is ObjectCreationExpressionSyntax { Type: var type } ? $"{type}".Split('.')[^1] : null;

    private static string? FieldOf(ArgumentListSyntax? list) => list?.Arguments.Select(a => TextOf(a.Expression).FirstOrDefault()).FirstOrDefault(t => t is { Length: > 0 } && !t.Contains(' ', StringComparison.Ordinal));

    private sealed record SourceFile(string Name, SyntaxNode Root);
}
