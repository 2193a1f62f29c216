// Sends a text through the emulator. Run by hand with SDK 12.0.0 and Java 17 on 2026-12-01.

import com.twilio.Twilio;
import com.twilio.http.NetworkHttpClient;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.type.PhoneNumber;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;

class LocalTwilio {
    static NetworkHttpClient httpClient() {
        HttpHost emulator = new HttpHost("http", "127.0.0.1", 7072);
        return new NetworkHttpClient(HttpClientBuilder.create()
            .setRoutePlanner((host, context) -> new HttpRoute(emulator))
            .addRequestInterceptorFirst((request, entity, context) ->
                request.setAuthority(new URIAuthority(emulator))));
    }

    public static void main(String[] args) {
        String sid = "AC00000000000000000000000000000000";
        String token = "00000000000000000000000000000000";
        Twilio.setRestClient(
            new TwilioRestClient.Builder(sid, token).httpClient(httpClient()).build());

        Message text = Message.creator(
            new PhoneNumber("+12025550123"), new PhoneNumber("+12025550100"), "Hello").create();
        System.out.println(text.getSid());
    }
}
