using TokenDashboard.Telemetry;

namespace TokenDashboard.Tests.Telemetry;

public class InputSizeTests
{
    [Fact]
    public void The_class_is_the_number_of_thresholds_exceeded()
    {
        long[] prompts = [0, .. InputSize.Thresholds.SelectMany(threshold => new[] { threshold, threshold + 1 }), ValueLimits.MaxTokens];

        Assert.Equal(prompts.Select(prompt => InputSize.Thresholds.Count(threshold => prompt > threshold)), prompts.Select(InputSize.ClassOf));
    }

    [Fact]
    public void Thresholds_are_in_order() => Assert.Equal(InputSize.Thresholds.Order(), InputSize.Thresholds);

    [Fact]
    public void The_range_of_a_class_contains_exactly_its_prompts() => Assert.All(Enumerable.Range(0, InputSize.Thresholds.Count + 1), inputClass =>
    {
        (long smallest, long largest) = InputSize.RangeOf(inputClass);

        Assert.Equal((inputClass, inputClass), (InputSize.ClassOf(smallest), InputSize.ClassOf(largest)));
        Assert.Equal(inputClass - 1, smallest == 0 ? -1 : InputSize.ClassOf(smallest - 1));
    });
}
