// Sends a text through the emulator. Not run here; a handler like this was tried with SDK 8.2.0.

using Twilio.Clients;
using Twilio.Http;
using Twilio.Rest.Api.V2010.Account;
using Twilio.Types;

const string sid = "AC00000000000000000000000000000000";
const string authToken = "00000000000000000000000000000000";

var http = new System.Net.Http.HttpClient(new LocalTwilio { InnerHandler = new HttpClientHandler() });
var client = new TwilioRestClient(sid, authToken, httpClient: new SystemNetHttpClient(http));

var text = await MessageResource.CreateAsync(
    to: new PhoneNumber("+12025550123"),
    from: new PhoneNumber("+12025550100"),
    body: "Hello",
    client: client);
Console.WriteLine(text.Sid);

// With dependency injection (Twilio.AspNet.Core), instead:
//
//     builder.Services.AddTransient<LocalTwilio>();
//     builder.Services.AddTwilioClient();
//     builder.Services.AddHttpClient("Twilio").AddHttpMessageHandler<LocalTwilio>();

class LocalTwilio : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = new UriBuilder(request.RequestUri!)
        {
            Scheme = "http",
            Host = "127.0.0.1",
            Port = 7072,
        }.Uri;
        return base.SendAsync(request, cancellationToken);
    }
}
