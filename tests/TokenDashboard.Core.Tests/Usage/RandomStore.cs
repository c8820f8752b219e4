using CsCheck;
using TokenDashboard.Telemetry.Times;

namespace TokenDashboard.Tests.Usage;

/// <summary>Random requests for properties of sums: few names, so that requests share groups, and many times around both clock changes of a year.</summary>
internal static class RandomStore
{
    private static readonly DateTime First = new(2026, 1, 1);

    public static Gen<TestStore.Row> Row { get; } = Gen.Select(
        Gen.OneOf(
            Gen.DateTime[First, First.AddYears(1)],
            Gen.DateTime[new DateTime(2026, 3, 27), new DateTime(2026, 3, 31)],
            Gen.DateTime[new DateTime(2026, 10, 23), new DateTime(2026, 10, 27)]),
        Gen.OneOfConst("", "alice", "O'Brien", "søren"),
        Gen.OneOfConst("gpt-4o", "claude", "Claude"),
        Gen.OneOfConst("openai", "anthropic"),
        Gen.OneOfConst("", "t1", "t2"),
        Gen.Select(Gen.Long[0, 500], Gen.Long[0, 500], Gen.Bool, Gen.Double[0, 9000], Gen.Long[0, 1]))
        .Select((time, user, model, provider, transaction, numbers) =>
        {
            (long prompt, long completion, bool interrupted, double duration, long success) = numbers;
            return new TestStore.Row
            {
                Timestamp = StoredTimestamp.FormatForStorage(new DateTimeOffset(time, TimeSpan.Zero)),
                User = user,
                Model = model,
                Provider = provider,
                Transaction = transaction,
                Prompt = prompt,
                Completion = interrupted ? 0L : completion,
                Total = interrupted ? 0L : prompt + completion,
                Duration = duration,
                Success = success,
            };
        });

    public static DateTimeOffset TimeOf(TestStore.Row row) => DateTimeOffset.Parse(row.Timestamp + "Z");

    public static long TokensOf(TestStore.Row row) => (long)row.Prompt! + (long)row.Completion!;
}
