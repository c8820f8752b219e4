namespace TokenDashboard.Module.Tests.Commands;

public sealed class GetUserTokenUsageTests(SampleStore store) : IClassFixture<SampleStore>
{
    [Fact]
    public void Users_are_ranked_and_their_shares_add_up_to_one()
    {
        Assert.Equal(store.Texts("1..((Get-UserTokenUsage).Count)"), store.Texts("Get-UserTokenUsage | ForEach-Object Rank"));
        Assert.Equal(1, store.Value<double>("$sum = 0.0; foreach ($user in Get-UserTokenUsage) { $sum += $user.Share }; $sum"), 1e-9);
    }

    [Theory]
    [InlineData("", "UserTokenUsage")]
    [InlineData("-ComparePrevious -Since 2026-10-28 -Until 2026-10-30", "UserTokenUsage#Comparison")]
    [InlineData("-Per Day", "TokenUsage#PerUser")]
    [InlineData("-Per Week -Cumulative", "TokenUsage#Cumulative")]
    [InlineData("-Cumulative", "TokenUsage#Cumulative")]
    [InlineData("-Pattern", "TokenUsage#Pattern")]
    public void Each_kind_of_result_has_a_type_and_a_view(string parameters, string type)
    {
        Assert.Equal("TokenDashboard." + type, store.Texts($"(Get-UserTokenUsage {parameters} -First 1).PSObject.TypeNames[0]")[0]);
        Assert.Contains($"<TypeName>TokenDashboard.{type}</TypeName>", File.ReadAllText(ModuleSession.ModulePath + "/TokenDashboard.format.ps1xml"));
    }

    [Fact]
    public void The_last_cumulative_value_equals_the_total_of_the_user() => Assert.Equal(
        store.Value<long>("(Get-UserTokenUsage -User alice).TotalTokens"),
        store.Value<long>("(Get-UserTokenUsage -User alice -Per Day -Cumulative)[-1].CumulativeTokens"));

    [Fact]
    public void ComparePrevious_uses_the_preceding_period()
    {
        long before = store.Value<long>("(Get-UserTokenUsage -User alice -Since 2026-10-26 -Until 2026-10-28).TotalTokens");

        Assert.Equal(before, store.Value<long>("(Get-UserTokenUsage -User alice -Since 2026-10-28 -Until 2026-10-30 -ComparePrevious).PreviousTokens"));
    }

    [Fact]
    public void Changes_are_formatted_as_signed_percentages() => Assert.Equal(
        [$"+{0.125:P1}", $"{-0.125:P1}", $"{0:P1}", ""],
        store.Texts("0.125, -0.125, 0.0, $null | ForEach-Object { [TokenDashboard.Formatting.Display]::Change($_) }"));

    [Theory]
    [InlineData("Get-UserTokenUsage -ComparePrevious", "RangeRequired")]
    [InlineData("Get-UserTokenUsage -Per Day -Pattern", "AmbiguousParameterSet")]
    [InlineData("Get-UserTokenUsage -Per Decade", "CannotConvertArgumentNoMessage")]
    public void Invalid_input_has_a_stable_ErrorId(string script, string errorId) => Assert.Equal(errorId, store.Session.Run(script).ErrorId);
}
