// Which PostgreSQL comes from npm.
using Analytics.LocalPostgres;

namespace Analytics.Gql.Tests.LocalPostgres;

public sealed class NpmReleaseTests
{
    [Theory]
    [InlineData(null, NpmRelease.DefaultMajor)]
    [InlineData("", NpmRelease.DefaultMajor)]
    [InlineData("15", 15)]
    [InlineData(" 18 ", 18)]
    public void A_major_version_names_its_pinned_release(string? wish, int major)
    {
        var release = NpmRelease.Of(wish);
        Assert.Equal(major, release.Major);
        Assert.StartsWith($"{major}.", release.Version, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("14")]
    [InlineData("latest")]
    public void Any_other_is_refused_with_those_there_are(string wish)
    {
        var error = Assert.Throws<LocalClusterException>(() => NpmRelease.Of(wish));
        Assert.Equal($"ANALYTICS_PG_NPM_MAJOR={wish} is none of 15, 16, 17, 18. Correct it, or unset it.", error.Message);
    }

    [Fact]
    public void Every_supported_version_is_pinned_on_the_same_platforms_each_with_bytes_of_its_own()
    {
        Assert.Equal([15, 16, 17, 18], NpmRelease.All.Select(r => r.Major));
        Assert.Single(NpmRelease.All.Select(r => string.Join(' ', r.Sha512.Keys.Order())).Distinct());
        var hashes = NpmRelease.All.SelectMany(r => r.Sha512.Values).ToList();
        Assert.Equal(hashes.Count, hashes.Distinct().Count());
        Assert.All(hashes, hash => Assert.Equal(64, Convert.FromBase64String(hash).Length));
    }
}
