namespace Mcr.Native.Rules;

/// <summary>Selection as an operator writes it. Pure.</summary>
public static class SelectText
{
    /// <summary>Which Parse reads as the same.</summary>
    public static string Format(SelectSettings settings) => throw new NotImplementedException();
}
