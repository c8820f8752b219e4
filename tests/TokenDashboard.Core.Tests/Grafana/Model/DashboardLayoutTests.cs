using CsCheck;
using TokenDashboard.Grafana.Model;

namespace TokenDashboard.Tests.Grafana.Model;

public class DashboardLayoutTests
{
    private static readonly Gen<(int Width, int Height)[]> Sizes = Gen.Select(Gen.Int[1, 24], Gen.Int[1, 12]).Array[0, 30];

    [Fact]
    public void Panels_stay_in_the_grid_and_do_not_overlap() => Sizes.ForAll(sizes =>
    {
        var places = Flow(sizes, 7, out int bottom);

        Assert.All(places, place => Assert.True(place.X >= 0 && place.X + place.Width <= 24 && place.Y >= 7 && place.Y + place.Height <= bottom));
        for (int i = 0; i < places.Count; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.False(Overlap(places[i], places[j]), $"{places[i]} and {places[j]}");
        }
    });

    [Fact]
    public void Panels_keep_their_sizes_and_reading_order() => Sizes.ForAll(sizes =>
    {
        var places = Flow(sizes, 0, out _);

        Assert.Equal(sizes, places.Select(place => (place.Width, place.Height)));
        Assert.Equal(places.OrderBy(place => place.Y).ThenBy(place => place.X), places);
    });

    [Fact]
    public void A_line_is_as_high_as_its_tallest_panel()
    {
        var places = Flow([(12, 4), (8, 9), (8, 2), (16, 3)], 1, out int bottom);

        Assert.Equal([(0, 1), (12, 1), (0, 10), (8, 10)], places.Select(place => (place.X, place.Y)));
        Assert.Equal(13, bottom);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(25, 5)]
    [InlineData(12, 0)]
    public void A_panel_with_an_invalid_size_is_an_error_that_names_it(int width, int height)
    {
        var exception = Assert.Throws<TokenDashboardException>(() => Flow([(width, height)], 0, out _));

        Assert.Equal(ErrorCode.DashboardInvalid, exception.Code);
        Assert.Contains("Panel 1", exception.Message, StringComparison.Ordinal);
    }

    private static List<DashboardLayout.Place> Flow((int Width, int Height)[] sizes, int top, out int bottom) =>
        [.. DashboardLayout.Flow(sizes.Select((size, index) => DashboardWriterTests.Stat(index + 1, size.Width, size.Height)), top, out bottom)
            .Select(placed => placed.Place)];

    private static bool Overlap(DashboardLayout.Place a, DashboardLayout.Place b) =>
        a.X < b.X + b.Width && b.X < a.X + a.Width && a.Y < b.Y + b.Height && b.Y < a.Y + a.Height;
}
