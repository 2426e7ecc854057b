// What the machine could do at best: bare Kestrel, the readers' own SQL prepared, rows written as JSON by hand. It knows no
// GraphQL, checks nothing and does nothing for whoever maintains it; its answers are those of the product.
using System.Buffers;
using System.CommandLine;
using System.Text.Json;
using Analytics.Gql.Bench.Serving;
using Analytics.Store;

namespace Analytics.Gql.Bench.Peers.Limit;

internal static class LimitServer
{
    public const string Name = "limit-server";

    private static readonly JsonWriterOptions Written = new() { SkipValidation = true };

    /// <param name="statementTimeout">As the server under comparison sets it.</param>
    public static Command Command(TimeSpan statementTimeout)
    {
        var connection = new Option<string>("--connection") { Required = true };
        var command = new Command(Name, "What the bench starts for itself.") { connection };
        command.Hidden = true;
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(connection)!, statementTimeout, ct));
        return command;
    }

    private static async Task RunAsync(string connectionString, TimeSpan statementTimeout, CancellationToken ct)
    {
        await using var reads = DataSources.Reads(connectionString, statementTimeout);
        var rows = new LimitRows(reads, await ReaderStatements.RecordAsync(reads, ct));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.Run(http => AnswerAsync(http, rows));
        await app.StartAsync(ct);
        Console.WriteLine(app.Urls.First());
        await ServerChild.UntilOrphanedAsync(ct);
        await app.StopAsync(ct);
    }

    private static async Task AnswerAsync(HttpContext http, LimitRows rows)
    {
        var asked = await ReadAsync(http.Request);
        http.Response.ContentType = "application/json";
        using var json = new Utf8JsonWriter(http.Response.BodyWriter, Written);
        json.WriteStartObject();
        json.WriteStartObject("data"u8);
        var ct = http.RequestAborted;
        switch (http.Request.Path.Value![1..])
        {
            case PeerQuery.AthleteWeeks:
                LimitAnswers.AthleteWeeks(json, await rows.WeeksAsync(asked, ct));
                break;
            case PeerQuery.TeamWeeks:
                LimitAnswers.TeamWeeks(json, asked, await rows.TeamAsync(asked, ct));
                break;
            case PeerQuery.SessionPage:
                LimitAnswers.SessionPage(json, await rows.PageAsync(asked, ct));
                break;
            case PeerQuery.AthletePage:
                LimitAnswers.AthletePage(json, await rows.AthletePageAsync(asked, ct));
                break;
            case PeerQuery.TeamPage:
                LimitAnswers.TeamPage(json, asked, await rows.TeamPageAsync(asked, ct));
                break;
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        await http.Response.BodyWriter.FlushAsync(ct);
    }

    /// <summary>The body is the operation's variables.</summary>
    private static async Task<PeerVariables> ReadAsync(HttpRequest request)
    {
        var body = request.BodyReader;
        var read = await body.ReadAsync();
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }
        var variables = Parse(read.Buffer);
        body.AdvanceTo(read.Buffer.End);
        return variables;
    }

    private static PeerVariables Parse(ReadOnlySequence<byte> body)
    {
        var json = new Utf8JsonReader(body);
        var users = new List<Guid>();
        DateOnly from = default, to = default;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            if (json.ValueTextEquals("from"u8))
                from = Day(ref json);
            else if (json.ValueTextEquals("to"u8))
                to = Day(ref json);
            else if (json.ValueTextEquals("userId"u8) || json.ValueTextEquals("ids"u8))
                Users(ref json, users);
        }
        return new PeerVariables(users, from, to);
    }

    /// <summary>An id, or a list of them.</summary>
    private static void Users(ref Utf8JsonReader json, List<Guid> users)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
            users.Add(json.GetGuid());
        else
            while (json.Read() && json.TokenType == JsonTokenType.String)
                users.Add(json.GetGuid());
    }

    private static DateOnly Day(ref Utf8JsonReader json)
    {
        json.Read();
        return DateOnly.ParseExact(json.GetString()!, "O");
    }
}
