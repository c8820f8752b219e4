namespace TokenDashboard.Input;

internal static class Spelling
{
    /// <summary>The word with the fewest changed letters, at most about a third of them; null for none. Case only decides between equally
    /// similar words.</summary>
    internal static string? Nearest(string word, IEnumerable<string> words) => words
        .Select(candidate => (Word: candidate, Changes: Changes(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(candidate => candidate.Changes * 3 <= word.Length + 1)
        .OrderBy(candidate => candidate.Changes).ThenBy(candidate => Changes(word, candidate.Word)).ThenBy(candidate => candidate.Word, StringComparer.Ordinal)
        .Select(candidate => candidate.Word).FirstOrDefault();

    // Levenshtein's distance, a row of the table at a time.
    private static int Changes(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
