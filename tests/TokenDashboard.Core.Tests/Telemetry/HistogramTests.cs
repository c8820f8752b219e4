using System.Text;
using CsCheck;
using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Telemetry;

public class HistogramTests
{
    private static readonly double[] ValueOf = [.. HistogramBins.Durations.Values().Select(bin => bin.Value)];

    private static readonly Gen<double> Duration = Gen.OneOf(
        Gen.Double[0, 1], Gen.Double[1, 1e5], Gen.Double[1e5, 1e12],
        Gen.OneOfConst([.. HistogramBins.Durations.Edges]), Gen.OneOfConst([.. HistogramBins.Durations.Edges.Select(edge => Math.BitDecrement(edge))]));

    // Some are close together, which are counted in an array.
    private static readonly Gen<double[]> Durations = Gen.OneOf(Duration.Array[0, 150], Gen.Double[100, 1000].Array[0, 150]);

    [Fact]
    public void The_value_of_a_bin_is_within_one_percent_of_its_durations() => Duration.ForAll(duration =>
        Assert.InRange(ValueIn(duration), duration * 0.99 - 1e-6, duration * 1.0100001 + 1e-6));

    [Fact]
    public void Durations_and_their_bin_values_are_on_the_same_side_of_edges() => Duration.ForAll(duration =>
        Assert.All(HistogramBins.Durations.Edges, edge => Assert.Equal(duration >= edge, ValueIn(duration) >= edge)));

    [Fact]
    public void Every_bin_is_listed_once_and_contains_its_value()
    {
        (int Bin, double Value)[] bins = [.. HistogramBins.Durations.Values()];

        Assert.Equal(Enumerable.Range(HistogramBins.Durations.Lowest, HistogramBins.Durations.Highest - HistogramBins.Durations.Lowest + 1), bins.Select(bin => bin.Bin));
        Assert.All(bins, bin => Assert.Equal(bin.Bin, HistogramBins.Durations.Of(bin.Value)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(99, 1)]
    [InlineData(100, 2)]
    [InlineData(99_999, 10)]
    [InlineData(1e12, 11)]
    public void The_class_of_a_size_is_the_number_of_edges_it_reaches(double tokens, int expected) => Assert.Equal(expected, HistogramBins.Sizes.Of(tokens));

    [Fact]
    public void Parts_add_up_to_the_whole_in_memory_and_from_storage() => Gen.Select(Durations, Durations).ForAll((left, right) =>
    {
        Histogram whole = Of([.. left, .. right]), merged = Of(left), read = Of(left);
        merged.Add(Of(right));
        read.AddStored(Encoding.UTF8.GetBytes(Stored(Of(right))));

        Assert.Equal(Stored(whole), Stored(merged));
        Assert.Equal(Stored(whole), Stored(read));
        Assert.Equal(left.Length + right.Length, read.Count);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_duration_of_zero_among_others_needs_little_memory(bool first)
    {
        double[] others = [.. Enumerable.Range(0, 40).Select(n => 300 + (37 * n % 40 * 20.0))];
        double[] durations = first ? [0, .. others] : [.. others, 0];
        Of(durations);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Histogram histogram = Of(durations);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 6000);
        Assert.Equal(41, histogram.Count);
    }

    [Fact]
    public void The_value_at_a_rank_matches_the_duration_at_that_rank() => Duration.Array[1, 150].ForAll(durations =>
    {
        Histogram histogram = Of(durations);
        double[] sorted = [.. durations.Order()];
        for (int rank = 1; rank <= sorted.Length; rank++)
            Assert.InRange(histogram.ValueAt(rank), sorted[rank - 1] * 0.99 - 1e-6, sorted[rank - 1] * 1.0100001 + 1e-6);
    });

    [Fact]
    public void The_stored_form_is_JSON_that_SQL_can_read() => Assert.Equal("""{"-691":1,"0":2,"234":1}""", Stored(Of([0, 1, 1, 105])));

    [Theory]
    [InlineData("""{"1":x}""")]
    [InlineData("""{"1"}""")]
    [InlineData("""{1:1}""")]
    [InlineData("""{"1":0}""")]
    [InlineData("""{"99999":1}""")]
    [InlineData("""{"1":1,"2000000000":1}""")]
    [InlineData("""{"-2000000000":1,"1":1}""")]
    [InlineData("""{"5":1,"1":1}""")]
    [InlineData("""{"1":2""")]
    [InlineData("{\"1\"")]
    [InlineData("{")]
    public void Invalid_stored_histograms_are_rejected(string stored) =>
        Assert.Throws<FormatException>(() => new Histogram(HistogramBins.Durations).AddStored(Encoding.UTF8.GetBytes(stored)));

    private static double ValueIn(double duration) => ValueOf[HistogramBins.Durations.Of(duration) - HistogramBins.Durations.Lowest];

    private static Histogram Of(double[] durations)
    {
        var histogram = new Histogram(HistogramBins.Durations);
        foreach (double duration in durations)
            histogram.Add(duration);
        return histogram;
    }

    private static string Stored(Histogram histogram) => Encoding.UTF8.GetString(histogram.ToUtf8());
}
