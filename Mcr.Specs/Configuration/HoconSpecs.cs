using Mcr.Actors.Configuration.Hocon;

namespace Mcr.Specs.Configuration;

/// <summary>What the texts mean, and what they do not.</summary>
public sealed class HoconSpecs
{
    [Theory]
    [InlineData("a = 1", """{"a":1}""")]
    [InlineData("a : 1, b : two", """{"a":1,"b":"two"}""")]
    [InlineData("{ a = 1 }", """{"a":1}""")]
    [InlineData("a.b.c = 1\na.d = 2", """{"a":{"b":{"c":1},"d":2}}""")]
    [InlineData("a { b = 1 }\na { c = 2 }", """{"a":{"b":1,"c":2}}""")]
    [InlineData("a = { b = 1 } { c = 2 }", """{"a":{"b":1,"c":2}}""")]
    [InlineData("a = 1\na = 2", """{"a":2}""")]
    [InlineData("a { b = 1 }\na = null", """{"a":null}""")]
    [InlineData("\"a.b\" = 1", """{"a.b":1}""")]
    [InlineData("a = [1, 2\n3,]", """{"a":[1,2,3]}""")]
    [InlineData("a = [1] [2]", """{"a":[1,2]}""")]
    [InlineData("a = []", """{"a":[]}""")]
    [InlineData("a = [1]\na += 2\na += 3", """{"a":[1,2,3]}""")]
    [InlineData("a += x", """{"a":["x"]}""")]
    [InlineData("a = hello world  # comment", """{"a":"hello world"}""")]
    [InlineData("a = 10 s // comment", """{"a":"10 s"}""")]
    [InlineData("a = \"x # y\"", """{"a":"x # y"}""")]
    [InlineData("a = \"tab\\t \\u0041 \\\"\"", """{"a":"tab\t A \u0022"}""")]
    [InlineData("a = \"\"\"two\nlines \"quoted\"\"\"\"", """{"a":"two\nlines \u0022quoted\u0022"}""")]
    [InlineData("a = \"007\"", """{"a":"007"}""")]
    [InlineData("a = 1\nb = ${a}", """{"a":1,"b":1}""")]
    [InlineData("b = ${a}\na = 1\na = 2", """{"b":2,"a":2}""")]
    [InlineData("a = x\nb = ${a}y ${a}", """{"a":"x","b":"xy x"}""")]
    [InlineData("a = [1]\na = ${a} [2]", """{"a":[1,2]}""")]
    [InlineData("p = /bin\np = ${p}\":/usr\"", """{"p":"/bin:/usr"}""")]
    [InlineData("a { x = 1, y = ${a.x} }", """{"a":{"x":1,"y":1}}""")]
    [InlineData("base { x = 1 }\na = ${base} { y = 2 }", """{"base":{"x":1},"a":{"x":1,"y":2}}""")]
    [InlineData("base { x = 1 }\na = ${base}\na.k = 2", """{"base":{"x":1},"a":{"x":1,"k":2}}""")]
    [InlineData("a = 1\na = ${?NOT_SET}", """{"a":1}""")]
    [InlineData("a = ${?NOT_SET}", "{}")]
    [InlineData("a = x${?NOT_SET}y", """{"a":"xy"}""")]
    [InlineData("a = ${HOME_OF_SPEC}", """{"a":"/srv/spec"}""")]
    [InlineData("include = 1\ninclude.x = 2", """{"include":{"x":2}}""")]
    [InlineData("\uFEFFa = 1\r\nb = 2\r\n", """{"a":1,"b":2}""")]
    public void Text_should_mean(string text, string json) => Assert.Equal(json, HoconJson.Write(Parse(text)));

    [Theory]
    [InlineData("a { b = 1", 1, 10, "the '{' of line 1, column 3 is never closed")]
    [InlineData("a = [1, 2", 1, 10, "the '[' of line 1, column 5 is never closed")]
    [InlineData("a = 1\n}", 2, 1, "expected a key, found '}'")]
    [InlineData("a 5", 1, 3, "expected '=', ':' or '{' after the key 'a', found '5'")]
    [InlineData("a = ", 1, 5, "expected a value, found the end of the file")]
    [InlineData("a = \n\n}", 3, 1, "expected a value, found '}'")]
    [InlineData("a = \"x\ny", 1, 5, "this string is not closed on its line")]
    [InlineData("a = \"\\x\"", 1, 7, "is not an escape")]
    [InlineData("a = \"\"\"x", 1, 5, "is never closed")]
    [InlineData("a = 239.1.1.1:5000", 1, 14, "put the value in double quotes")]
    [InlineData("a = x@y", 1, 6, "put the value in double quotes")]
    [InlineData("a = [1 {] }", 1, 9, "expected a key, found ']'")]
    [InlineData("a = 1 }", 1, 7, "expected a comma, a new line or the end of the file, found '}'")]
    [InlineData("{ a = 1 } b", 1, 11, "after the '}' that ends the file's object")]
    [InlineData("a = ${b", 1, 8, "expected '}' to end the substitution")]
    [InlineData("a = ${b}", 1, 5, "${b}: nothing is set at 'b'")]
    [InlineData("a = ${b}\nb = ${a}", 2, 5, "refers to itself")]
    [InlineData("a = ${a}", 1, 5, "nothing is set at 'a'")]
    [InlineData("a { b = ${a} }", 1, 9, "refers to itself")]
    [InlineData("a = [1] x", 1, 5, "an array and a text stand side by side")]
    [InlineData("a..b = 1", 1, 3, "expected a key, found '.'")]
    [InlineData("include x", 1, 9, "expected a file name in double quotes")]
    [InlineData("include \"\"", 1, 1, "the name of the file is empty")]
    [InlineData("include \"a\\u0000b\"", 1, 1, "has a zero byte")]
    [InlineData("include \"nowhere.hocon\"", 1, 1, "the included file cannot be read")]
    public void Error_should_have_place_and_sentence(string text, int line, int column, string sentence)
    {
        HoconException e = Assert.Throws<HoconException>(() => Parse(text));
        Assert.Equal(new SourcePosition("spec.hocon", line, column), e.At);
        Assert.Contains(sentence, e.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_of_nesting_should_be_limited()
    {
        Assert.Contains("are nested here", Assert.Throws<HoconException>(() => Parse("a = " + new string('[', 100_000))).Sentence, StringComparison.Ordinal);
        Assert.Contains("more than 64 parts", Assert.Throws<HoconException>(() => Parse(string.Join('.', Enumerable.Repeat("a", 100)) + " = 1")).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_of_substitutions_should_be_limited()
    {
        string text = string.Join('\n', Enumerable.Range(0, 100_000).Select(i => $"a{i} = ${{a{i + 1}}}")) + "\na100000 = 1";
        Assert.Contains("are nested here", Assert.Throws<HoconException>(() => Parse(text)).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[${{a{0}}}, ${{a{0}}}, ${{a{0}}}, ${{a{0}}}]", "too large")]
    [InlineData("{{ x = ${{a{0}}}, y = ${{a{0}}}, z = ${{a{0}}} }}", "too large")]
    [InlineData("${{a{0}}}${{a{0}}}${{a{0}}}${{a{0}}}", "too long")]
    public void Growth_by_substitution_should_be_limited(string pattern, string sentence)
    {
        string text = "a0 = 0123456789\n" + string.Join('\n', Enumerable.Range(0, 40).Select(i => $"a{i + 1} = " + string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, i)));
        Assert.Contains(sentence, Assert.Throws<HoconException>(() => Parse(text)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_large_values_should_be_limited_like_one()
    {
        string text = "b {\n" + string.Join('\n', Enumerable.Range(0, 200_000).Select(i => $"k{i} = 1")) + "\n}\n" + string.Join('\n', Enumerable.Range(0, 100).Select(i => $"c{i} = ${{b}} {{ x = {i} }}"));
        Assert.Contains("too large", Assert.Throws<HoconException>(() => Parse(text)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_rules_should_take_less_than_two_seconds()
    {
        string text = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"rules += {{ name = r{i}, input {{ interface = eth0, group = \"239.1.{i / 256}.{i % 256}\", port = 5000 }} }}\n"));
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        Parse(text).TryGet("rules", out _, out HoconNode rules);
        Assert.Equal(10_000, ((HoconArray)rules).Items.Count);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 2);
    }

    internal static HoconObject Parse(string text)
    {
        var root = new HoconObject(new SourcePosition("spec.hocon", 0, 0));
        HoconParser.Parse(text, "spec.hocon", new HoconFiles(), root);
        return HoconResolver.Resolve(root, name => name == "HOME_OF_SPEC" ? "/srv/spec" : null);
    }
}
