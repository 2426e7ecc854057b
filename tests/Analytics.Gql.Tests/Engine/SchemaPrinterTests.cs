// The SDL that the classes give.
using Analytics.Gql.Engine;
using GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace Analytics.Gql.Tests.Engine;

public sealed class SchemaPrinterTests
{
    [Fact]
    public void The_schema_is_printed_sorted_with_descriptions_nullability_and_defaults()
    {
        using var engine = new SampleEngine();
        var sdl = SchemaPrinter.Print(engine.Services.GetRequiredService<ISchema>());
        Snapshooter.Xunit.Snapshot.Match(sdl);
    }

    [Fact]
    public void The_schema_is_the_same_text_each_time()
    {
        using var one = new SampleEngine();
        using var other = new SampleEngine();
        var sdl = SchemaPrinter.Print(one.Services.GetRequiredService<ISchema>());
        Assert.Equal(sdl, SchemaPrinter.Print(other.Services.GetRequiredService<ISchema>()));
        Assert.DoesNotContain('\r', sdl);
        Assert.EndsWith("}\n", sdl, StringComparison.Ordinal);
    }
}
