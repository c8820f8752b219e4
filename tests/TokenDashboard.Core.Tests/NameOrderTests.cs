using System.Text;
using CsCheck;

namespace TokenDashboard.Tests;

/// <summary>Names have the order of SQLite and ClickHouse, which compare bytes of UTF-8.</summary>
public class NameOrderTests
{
    private static readonly Gen<string?> Name = Gen.OneOfConst("", "a", "\u007F", "é", "\uD7FF", "\uE000", "\uFF41", "\uFFFF", "\U00010000", "\U0001F642", "\U0010FFFF")
        .Array[0, 3].Select(string.Concat).Null();

    [Fact]
    public void The_order_is_that_of_bytes_in_UTF8() => Gen.Select(Name, Name).ForAll(
        (one, other) => Assert.Equal(Compare(one, other), Math.Sign(NameOrder.ByCodePoint.Compare(one, other))),
        iter: 2000);

    private static int Compare(string? one, string? other) =>
        one is null || other is null ? (one is null ? 0 : 1) - (other is null ? 0 : 1) : Math.Sign(Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)));
}
