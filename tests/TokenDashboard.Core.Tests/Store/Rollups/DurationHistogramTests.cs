using System.Text;
using CsCheck;
using TokenDashboard.Store.Rollups;

namespace TokenDashboard.Tests.Store.Rollups;

public class DurationHistogramTests
{
    private static readonly Gen<double> Duration = Gen.OneOf(Gen.Double[0, 1], Gen.Double[1, 1e5], Gen.Double[1e5, 1e12]);

    [Fact]
    public void A_bin_stands_for_its_durations_within_one_percent() => Duration.ForAll(duration =>
    {
        double value = DurationHistogram.ValueOf(DurationHistogram.BinOf(duration));
        Assert.InRange(value, duration * 0.99 - 1e-6, duration * 1.0100001 + 1e-6);
    });

    [Fact]
    public void Parts_add_up_to_the_whole_also_from_their_stored_form() => Gen.Select(Duration.Array[0, 50], Duration.Array[0, 50]).ForAll((left, right) =>
    {
        DurationHistogram whole = Of([.. left, .. right]), merged = Of(left), read = Of(left);
        merged.Add(Of(right));
        read.AddStored(Encoding.UTF8.GetBytes(Stored(Of(right))));

        Assert.Equal(Stored(whole), Stored(merged));
        Assert.Equal(Stored(whole), Stored(read));
        Assert.Equal(left.Length + right.Length, read.Count);
    });

    [Fact]
    public void The_value_of_a_rank_is_that_of_the_duration_of_the_rank() => Duration.Array[1, 80].ForAll(durations =>
    {
        DurationHistogram histogram = Of(durations);
        double[] sorted = [.. durations.Order()];
        for (int rank = 1; rank <= sorted.Length; rank++)
        {
            Assert.InRange(histogram.ValueAt(rank), sorted[rank - 1] * 0.99 - 1e-6, sorted[rank - 1] * 1.0100001 + 1e-6);
        }
    });

    [Fact]
    public void The_stored_form_is_JSON_that_SQL_can_read() => Assert.Equal("""{"-691":1,"0":2,"233":1}""", Stored(Of([0, 1, 1, 105])));

    [Theory]
    [InlineData("""{"1":x}""")]
    [InlineData("""{"1"}""")]
    [InlineData("""{1:1}""")]
    [InlineData("""{"1":0}""")]
    [InlineData("""{"99999":1}""")]
    [InlineData("""{"1":1,"2000000000":1}""")]
    [InlineData("""{"-2000000000":1,"1":1}""")]
    [InlineData("""{"5":1,"1":1}""")]
    public void Anything_else_is_refused(string stored) =>
        Assert.ThrowsAny<Exception>(() => new DurationHistogram().AddStored(Encoding.UTF8.GetBytes(stored)));

    private static DurationHistogram Of(double[] durations)
    {
        var histogram = new DurationHistogram();
        foreach (double duration in durations)
        {
            histogram.Add(duration);
        }
        return histogram;
    }

    private static string Stored(DurationHistogram histogram)
    {
        var json = new StringBuilder();
        histogram.Write(json);
        return json.ToString();
    }
}
